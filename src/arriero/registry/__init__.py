"""Remote registries: manifests, and layers that move verified and resumable. Knows no store: callers give it folders.

Face: `client.RegistryClient`, `pulling.pull_blobs`, `pushing.push`, `verifying.verify_file`, the values in `values`,
the errors in `errors`, and `control.PullControl` to pause and to limit. Nothing is imported here, so that who only
needs an error or a value pays for no HTTP.

Invariant: a file gets its final name in `blobs/` after its sha256 agreed and its bytes are on the disk, never before.
"""

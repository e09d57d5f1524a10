"""llama.cpp's server and nothing else: MODEL SOCKET|PORT THREADS. Its parameters are those of the engine's child."""

import os
import signal
import sys

import xllamacpp

CONTEXT = 4096
BATCH = 32


def main() -> None:
    params = xllamacpp.CommonParams()
    params.model.path, place = sys.argv[1], sys.argv[2]
    params.hostnames = ["127.0.0.1"] if place.isdigit() else [place]
    params.port = int(place) if place.isdigit() else params.port
    params.n_ctx, params.n_parallel = CONTEXT, 1
    params.n_batch = params.n_ubatch = BATCH
    params.fit_params = False
    params.ui = False
    params.use_jinja = False
    params.chat_template = "chatml"
    for threads in (params.cpuparams, params.cpuparams_batch):
        threads.n_threads, threads.poll = int(sys.argv[3]), 1
    server = xllamacpp.Server(params)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    os.write(1, b"ready\n")
    signal.sigwait([signal.SIGTERM])
    del server
    os._exit(0)


if __name__ == "__main__":
    main()

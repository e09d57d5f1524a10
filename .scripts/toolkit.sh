#!/usr/bin/env bash
# The NVIDIA Container Toolkit, which gives containers the card: toolkit.sh [--check|--dry-run] URL, the folder of NVIDIA's
# repository (docs.nvidia.com/datacenter/cloud-native/container-toolkit). dockerd looks for it at its start only.
set -euo pipefail

here=$(dirname "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=steps.sh
source "$here/steps.sh"
through_the_app "./main.sh instalar" "./main.sh install"

url=${1:-https://nvidia.github.io/libnvidia-container}
keyring=/usr/share/keyrings/nvidia-container-toolkit-keyring.asc
source=/etc/apt/sources.list.d/nvidia-container-toolkit.sources
there() { command -v nvidia-ctk nvidia-container-runtime-hook >/dev/null; }

if [[ $mode == check ]]; then
  there
  exit
fi
if ! there; then
  if ! sourced "$url" "$source" "$keyring"; then
    fetch_key "$url/gpgkey" "$keyring"
    write "$source" <<END
Types: deb
URIs: $url/stable/deb/$(dpkg --print-architecture)
Suites: /
Signed-By: $keyring
END
  fi
  apt_update
  apt_install nvidia-container-toolkit
fi
daemon restart docker

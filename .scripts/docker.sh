#!/usr/bin/env bash
# Docker Engine and Compose: docker.sh [--check|--dry-run|--missing] official URL | distribution
# `official`: Docker's own repository at URL (deb822, docs.docker.com/engine/install/ubuntu); `distribution`: the packages
# that Ubuntu or Debian build. --missing prints the packages that would be new here.
set -euo pipefail

here=$(dirname "$(readlink -f -- "${BASH_SOURCE[0]}")")
list=no
if [[ ${1:-} == --missing ]]; then list=yes && shift; fi
# shellcheck source-path=SCRIPTDIR source=steps.sh
source "$here/steps.sh"
through_the_app "./main.sh instalar" "./main.sh install"

kind=${1:-distribution} url=${2:-}
keyring=/etc/apt/keyrings/docker.asc source=/etc/apt/sources.list.d/docker.sources
official=(docker-ce docker-ce-cli containerd.io docker-buildx-plugin docker-compose-plugin)

works() { command -v dockerd && docker --version && docker compose version; } &>/dev/null

answers() { # an engine; what this user may do is another step's question
  local said
  said=$(LC_ALL=C docker version --format '{{.Server.Version}}' 2>&1) || [[ $said == *'permission denied'* ]]
}

if [[ $mode == check ]]; then
  works && answers
  exit
fi

release() { # KEY of /etc/os-release
  # shellcheck source=/dev/null
  (source "${STEP_OS_RELEASE:-/etc/os-release}" && echo "${!1:-}")
}

codename() { # Mint and others go by Ubuntu's name
  local name
  name=$(release UBUNTU_CODENAME)
  echo "${name:-$(release VERSION_CODENAME)}"
}

distribution_packages() { # Debian 13 packages the command apart, and calls Compose 2 what used to be Compose 1
  local compose=docker-compose-v2 version
  version=$(release VERSION_ID)
  if [[ $(release ID) == debian ]]; then
    compose=docker-compose
    if ((${version:-13} < 13)); then
      say "Debian $version solo tiene Compose 1, que ya no sirve; usa el repositorio de Docker: docker.packages = \"official\"" \
        "Debian $version only has Compose 1, which is of no use any more; take Docker's repository: docker.packages = \"official\""
      return 1
    fi
    echo docker-cli
  fi
  printf '%s\n' docker.io "$compose"
}

packages() { if [[ $kind == official ]]; then printf '%s\n' "${official[@]}"; else distribution_packages; fi; }

if [[ $list == yes ]]; then
  names=$(packages)
  mapfile -t wanted <<<"$names"
  missing "${wanted[@]}"
  exit
fi

add_repository() {
  if sourced "$url" "$source" "$keyring"; then return; fi
  fetch_key "$url/gpg" "$keyring"
  write "$source" <<END
Types: deb
URIs: $url
Suites: $(codename)
Components: stable
Architectures: $(dpkg --print-architecture)
Signed-By: $keyring
END
}

if ! works; then
  names=$(packages)
  mapfile -t wanted <<<"$names"
  if [[ $kind == official ]]; then add_repository; fi
  apt_update
  apt_install "${wanted[@]}"
fi
if ! answers; then
  daemon start docker
  for ((tries = 60; tries > 0; tries--)); do # the start script is back before the engine answers
    if [[ $mode != apply ]] || answers; then break; fi
    sleep 0.5
  done
fi

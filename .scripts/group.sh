#!/usr/bin/env bash
# A user into the group whose members may use Docker: group.sh [--check|--dry-run] USER. It counts from the next login on.
set -euo pipefail

here=$(dirname "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=steps.sh
source "$here/steps.sh"
through_the_app "./main.sh instalar" "./main.sh install"

user=${1:?user}

member() { [[ " $(id -nG -- "$user") " == *" docker "* ]]; }

if [[ $mode == check ]]; then
  member
  exit
fi
if command -v docker >/dev/null && ! getent group docker >/dev/null; then run groupadd --system docker; fi # packages make it
if ! member; then run usermod -aG docker "$user"; fi

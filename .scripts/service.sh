#!/usr/bin/env bash
# Starts a service of the machine again: service.sh [--dry-run] NAME
set -euo pipefail

here=$(dirname "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=steps.sh
source "$here/steps.sh"
through_the_app "./main.sh instalar" "./main.sh install"

if [[ $mode == check ]]; then
  if [[ -d /run/systemd/system ]]; then systemctl is-active --quiet "${1:?service}"; else pgrep -x "${1:?service}d" >/dev/null; fi
  exit
fi
daemon restart "${1:?service}"

#!/usr/bin/env bash
# NVIDIA's driver from the distribution's own packages: driver.sh [--check|--dry-run]. It counts from the next start on.
# Ubuntu's ubuntu-drivers installs modules that Canonical signed, so that Secure Boot takes them; never mixed with .run files.
set -euo pipefail

here=$(dirname "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=steps.sh
source "$here/steps.sh"
through_the_app "./main.sh instalar" "./main.sh install"

if [[ $mode == check ]]; then
  nvidia-smi -L &>/dev/null
  exit
fi

# shellcheck source=/dev/null
id=$(source /etc/os-release && echo "$ID ${ID_LIKE:-}")
apt_update
if [[ " $id " == *" ubuntu "* ]]; then
  if ! installed ubuntu-drivers-common; then apt_install ubuntu-drivers-common; fi
  run env DEBIAN_FRONTEND=noninteractive ubuntu-drivers install
else
  apt_install "linux-headers-$(uname -r)" nvidia-driver firmware-misc-nonfree
fi

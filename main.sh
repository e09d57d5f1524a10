#!/usr/bin/env bash
# Finds Python, makes the environment (.venv beside this file, from requirements/runtime.txt), hands over to main.py.
# An environment is whole when it holds a copy of the lock it was made from, written last; any other is made anew.
# test.sh sources this file for an environment of its own.
set -euo pipefail

root=$(readlink -f -- "${BASH_SOURCE[0]}") && root=${root%/*}
printf -v again '%q ' "$0" "$@" && again=${again% }

say() { # SPANISH ENGLISH: on stderr, stdout belongs to --json
  case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in en*) echo "arriero: $2" ;; *) echo "arriero: $1" ;; esac >&2
}

refuse() { say "$@" && exit 3; }

find_python() { # sets python: a real path, so that a later change of the default python3 leaves the environment whole
  local name ask='import os, sys; print(os.path.realpath(sys.executable)); sys.exit(sys.version_info < (3, 11))'
  for name in python3 python3.14 python3.13 python3.12 python3.11; do
    if python=$("$name" -c "$ask" 2>/dev/null); then return; fi
  done
  refuse "hace falta Python 3.11 o posterior; por ejemplo: sudo apt-get install python3.12-venv && $again" \
    "Python 3.11 or later is needed; for example: sudo apt-get install python3.12-venv && $again"
}

has_venv() { "$python" -c 'import ensurepip, venv' 2>/dev/null; }

install_venv() { # Debian and Ubuntu ship Python without ensurepip: asks once, then apt
  local answer fix es en sudo=''
  if ((EUID)); then sudo='sudo '; fi
  fix="${sudo}apt-get update; ${sudo}apt-get install -y ${python##*/}-venv"
  es="a $python le falta venv; lo instala: $fix" en="$python lacks venv; this installs it: $fix"
  if [[ ${ARRIERO_YES:-} != 1 ]]; then
    [[ -t 0 && -t 2 ]] || refuse "$es" "$en"
    say "$es  ¿Ahora? [s/N]" "$en  Now? [y/N]"
    read -r answer && [[ $answer == [sSyY]* ]] || refuse "sin cambios: $es" "nothing changed: $en"
  fi
  { eval "$fix" >&2 && has_venv; } || refuse "no se pudo: $es" "it failed: $en"
}

install() { # VENV LOCK; pip unpacks beside its target (TMPDIR), so that a small /tmp does not matter
  if command -v uv >/dev/null; then
    uv venv --quiet --no-project --python "$python" "$1" &&
      uv pip install --python "$1/bin/python" --require-hashes --no-build --compile-bytecode -r "$2"
  else
    "$python" -m venv "$1" && TMPDIR=$1 "$1/bin/python" -I -m pip install --disable-pip-version-check --no-input \
      --no-user --require-hashes --only-binary :all: -r "$2"
  fi >&2 && "$1/bin/python" -m compileall -qq "$root/src" >&2 && cp "$2" "$1/made-from.txt" # compiled: starts sooner
}

blame() { # the cause is on the screen; names the command that goes on
  local free_mb
  free_mb=$(df -Pm "$root" | { read -r && read -r _ _ _ free _ && echo "$free"; })
  ((free_mb >= 400)) || refuse "disco lleno: hay $free_mb MB y hacen falta 400; libera espacio y repite: $again" \
    "disk full: $free_mb MB left, 400 needed; free some and repeat: $again"
  refuse "no se pudo preparar el entorno (la causa, arriba; ¿hay red?); repite: $again" \
    "the environment could not be made (cause above; is there a network?); repeat: $again"
}

whole() { [[ -x $1/bin/python && -r $1/made-from.txt && $(<"$2") == "$(<"$1/made-from.txt")" ]]; }

environment() { # VENV LOCK: one maker at a time; the kernel holds the lock on the project's folder
  if whole "$@"; then return; fi
  trap 'say "interrumpido; para seguir: $again" "interrupted; to go on: $again"; exit 130' INT
  exec 9<"$root"
  if command -v flock >/dev/null && ! flock -n 9; then
    say "otra preparación está en marcha, espero…" "another set-up is at work, waiting…" && flock 9
  fi
  if ! whole "$@"; then
    find_python
    command -v uv >/dev/null || has_venv || install_venv
    say "preparando $1 (solo la primera vez)…" "making $1 (only the first time)…"
    { rm -rf "$1" && install "$@"; } || { rm -rf "$1" && blame; }
  fi
  exec 9<&-
  trap - INT
}

if [[ ${BASH_SOURCE[0]} != "$0" ]]; then return; fi
environment "$root/.venv" "$root/requirements/runtime.txt"
exec "$root/.venv/bin/python" "$root/main.py" "$@"

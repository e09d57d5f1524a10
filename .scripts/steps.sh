# shellcheck shell=bash
# What the scripts beside this file share: they run through the app alone; --check changes nothing and answers 0 or 1;
# --dry-run prints, line by line, what would be run; without either it is run, each line printed first.

say() { # SPANISH ENGLISH
  case ${ARRIERO_LANG:-${LC_ALL:-${LANG:-}}} in en*) echo "arriero: $2" ;; *) echo "arriero: $1" ;; esac >&2
}

through_the_app() { # SPANISH_COMMAND ENGLISH_COMMAND: refuses a direct run
  if [[ ${ARRIERO_STEP:-} == 1 ]]; then return; fi
  say "este guion es un paso de Arriero y solo se ejecuta desde él: $1" \
    "this script is one step of Arriero's and only runs from there: $2"
  exit 2
}

# shellcheck disable=SC2034  # read by the scripts
mode=apply
case ${1:-} in
  --check) mode=check && shift ;;
  --dry-run) mode=dry-run && shift ;;
esac

run() { # prints the command as it would be typed, and runs it unless this is a rehearsal
  printf '+'
  printf ' %q' "$@"
  printf '\n'
  if [[ $mode == apply ]]; then "$@"; fi
}

write() { # PATH: standard input into that file, whole or not at all, readable by everybody
  local line text
  text=$(cat)
  echo "+ write $1"
  while IFS= read -r line; do echo "  $line"; done <<<"$text"
  if [[ $mode != apply ]]; then return; fi
  install -d -m 0755 "${1%/*}"
  printf '%s\n' "$text" >"$1.new.bak"
  chmod 0644 "$1.new.bak"
  mv -f "$1.new.bak" "$1"
}

installed() { [[ $(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null) == ii* ]]; }

missing() { # PACKAGE...: those that are not installed, one a line
  local name
  for name in "$@"; do installed "$name" || echo "$name"; done
}

sourced() { # URL FILE KEYRING: apt has that source already, by whoever's hand; ours only counts with its key
  if [[ -e $2 && ! -s $3 ]]; then return 1; fi
  grep -rqsF --include='*.list' --include='*.sources' -- "$1" /etc/apt/sources.list /etc/apt/sources.list.d
}

fetch_key() { # URL KEYRING
  local name
  mapfile -t name < <(missing ca-certificates curl)
  if ((${#name[@]})); then apt_update && apt_install "${name[@]}"; fi
  run install -m 0755 -d "${2%/*}"
  run curl -fsSL "$1" -o "$2.new.bak"
  run chmod a+r "$2.new.bak"
  run mv -f "$2.new.bak" "$2"
}

states() { # [PACKAGE...]: as dpkg has them, a line each; nothing for one that it does not know
  dpkg-query -W -f '${db:Status-Abbrev}\n' "$@" 2>/dev/null || true
}

unfinished() { # any package unpacked and not configured, half of either, or torn; `dpkg --audit` would tell root alone
  grep -q '^.[HUF]' <<<"$(states)"
}

apt_update() { # what an earlier installation was cut off in is finished first: until then dpkg does nothing else
  if unfinished || compgen -G '/var/lib/dpkg/updates/[0-9]*' >/dev/null; then
    run env DEBIAN_FRONTEND=noninteractive dpkg --force-confold --configure -a
  fi
  run apt-get -q update
}

torn() { # PACKAGE...: whether dpkg was killed while it unpacked one of them; apt takes that for installed
  grep -q '^..R' <<<"$(states "$@")"
}

apt_install() { # PACKAGE...: waits for another package manager, asks nothing, keeps the user's configuration files
  local again=()
  if torn "$@"; then again=(--reinstall); fi
  run env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a apt-get -q -y \
    -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold install "${again[@]}" "$@"
}

daemon() { # start|restart NAME: with systemd, or with the service's own script where systemd does not run
  if [[ -d /run/systemd/system ]]; then
    if [[ $1 == start ]]; then run systemctl enable --now "$2"; else run systemctl "$1" "$2"; fi
  elif [[ $mode == dry-run ]] || command -v service >/dev/null; then
    run service "$2" "$1"
  else
    say "no hay systemd ni service: arranca $2 tú" "there is neither systemd nor service: start $2 yourself"
    return 1
  fi
}

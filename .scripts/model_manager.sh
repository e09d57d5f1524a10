#!/usr/bin/env bash
# The model manager's verbs as Arriero's commands: model_manager.sh status|list|start|stop|stop-all|update|install|validate
# [MODEL]. Kept for those who know that script; it does nothing of its own and hands over to main.sh.
set -euo pipefail

here=$(dirname "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=steps.sh
source "$here/steps.sh"

declare -A verbs=(
  [status]=status [list]=models [models]=models
  [start]=activate [activate]=activate [stop]=deactivate [deactivate]=deactivate
  [stop-all]=down [down]=down [up]=up
  [update]=update [pull]=pull [logs]=logs [install]=install [validate]=validate
)
verb=${1:-status}
if (($#)); then shift; fi
known=${verbs[$verb]:-}
if [[ -z $known ]]; then
  say "no conozco «$verb»; las órdenes se ven con: ./main.sh ayuda" "unknown: \"$verb\"; the commands: ./main.sh help"
  exit 2
fi
if [[ $known == update && $# -eq 0 ]]; then set -- --all; fi
if [[ ${ARRIERO_STEP:-} != 1 ]]; then
  say "los guiones solo se usan desde la app; teclea: ./main.sh $known $*" "scripts are used from the app only; type: ./main.sh $known $*"
  exit 2
fi
exec env -u ARRIERO_STEP "$here/../main.sh" "$known" "$@" # the mark is no setting

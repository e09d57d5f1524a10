#!/usr/bin/env bash
# Runs every test that can run here: ./test.sh [PYTEST ARGUMENTS]. Needs bash and Python; downloads once (tools, and the
# 90 MB of the demo model), then works offline. What was left out, and why, stands in pytest's own summary.
set -euo pipefail

# shellcheck source=main.sh
source "$(dirname "$(readlink -f -- "${BASH_SOURCE[0]}")")/main.sh"
# shellcheck disable=SC2154  # root comes from main.sh
environment "$root/.venv-test" "$root/requirements/dev.txt"
cd "$root"
exec .venv-test/bin/python -m pytest --numprocesses 3 --dist loadfile "$@" # three, whatever the machine: they wait more than they work

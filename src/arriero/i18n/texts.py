"""The texts of the interface, one field each: mypy finds a language that lacks one.

A field is a sentence, a `str.format` template, or a table by stable code. `help_…` are lines of the command line's help.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from arriero.i18n.numbers import Numbers


@dataclass(frozen=True, eq=False, repr=False)  # compared and shown by nobody: half the time to import it
class Texts:
    language: str
    numbers: Numbers

    # tables by stable code
    errors: Mapping[str, str]
    states: Mapping[str, str]
    processors: Mapping[str, str]
    drift: Mapping[str, str]
    gpus: Mapping[str, str]
    places: Mapping[str, str]
    reasons: Mapping[str, str]
    actions: Mapping[str, str]
    steps: Mapping[str, str]
    origins: Mapping[str, str]
    repairs: Mapping[str, str]
    litter: Mapping[str, str]
    problems: Mapping[str, str]
    layers: Mapping[str, str]

    # the command line: its own words, and what arguments are called
    help_usage: str
    help_commands: str
    help_topics: dict[str, str]
    help_arguments: str
    help_options: str
    help_global: str
    help_program: str
    help_epilog: str
    help_help: str
    meta_command: str
    meta_slot: str
    meta_target: str
    meta_variant: str
    meta_prompt: str
    meta_file: str
    meta_rate: str
    meta_plan_target: str
    meta_size: str
    meta_card: str

    # its options and arguments
    help_json: str
    help_dry_run: str
    help_lang: str
    help_backend: str
    help_simulate: str
    help_plain: str
    help_quiet: str
    help_watch: str
    help_slot: str
    help_target: str
    help_variant: str
    help_keep_others: str
    help_yes: str
    help_prompt: str
    help_follow: str
    help_lines: str
    help_file: str
    help_import_target: str
    help_pull_target: str
    help_insecure: str
    help_limit: str
    help_check: str
    help_all: str
    help_repair: str
    help_previous: str
    help_export_file: str
    help_plan_target: str
    help_plan_context: str
    help_plan_kv: str
    help_plan_vram: str
    help_plan_gpu: str
    help_origin: str
    help_shell: str
    help_topic: str
    help_only: str
    help_fix: str
    help_report_file: str
    help_client: str
    help_client_check: str
    help_client_legacy: str
    meta_client: str
    meta_code: str

    # what each command does, in one line
    help_status: str
    help_models: str
    help_hardware: str
    help_activate: str
    help_deactivate: str
    help_down: str
    help_up: str
    help_apply: str
    help_chat: str
    help_logs: str
    help_import: str
    help_remove: str
    help_pull: str
    help_update: str
    help_rollback: str
    help_verify: str
    help_prune: str
    help_export: str
    help_plan: str
    help_gateway: Mapping[str, str]
    help_guard: str
    help_guard_on: str
    help_guard_off: str
    help_guard_status: str
    help_accept: str
    help_bench: str
    help_connect: str
    help_disconnect: str
    help_demo: str
    help_validate: str
    help_install: str
    help_uninstall: str
    help_uninstall_models: str
    help_report: str
    help_config: str
    help_config_show: str
    help_config_validate: str
    help_completion: str
    help_about_version: str
    help_about_help: str

    # before errors and warnings
    error: str
    warning: str

    # editors and agents
    client_created: str
    client_written: str
    client_would_write: str
    client_unchanged: str
    client_removed: str
    client_nothing: str
    client_row: str
    client_no_tools: str
    client_next: str
    client_import: str
    client_answer: str

    # headings of tables
    column_model: str
    column_state: str
    column_address: str
    column_processor: str
    column_size: str
    column_version: str

    # status and models
    status_backend: str
    status_gpu: str
    gpu_simulated: str
    gpu_others: str
    hardware_card: str
    hardware_figures: str
    hardware_display: str
    hardware_processor: str
    hardware_memory: str
    hardware_cards: str
    hardware_disk: str
    hardware_docker: str
    hardware_nvidia: str
    hardware_system: str
    not_installed: str
    detail_context: str
    detail_memory: str
    detail_since: str
    detail_restarts: str
    detail_last_exit: str
    detail_other_holder: str
    detail_unknown_holder: str
    models_store: str
    models_others: str

    # what will be done, and what was done
    plan_title: str
    plan_nothing: str
    ask_to_go_on: str
    nothing_changed: str
    plan_line: str
    done_nothing: str
    done_active: str
    done_took: str
    done_stopped: str
    done_leftovers: str
    done_card: str
    removed: str
    would_remove: str
    imported: str
    imported_for_slot: str
    would_import: str
    pulled: str
    pulled_changed: str
    pulled_current: str
    would_pull: str
    switch_down: str
    rolled_back: str
    would_roll_back: str
    check_current: str
    check_pinned: str
    check_unknown: str
    check_outdated: str
    check_hint: str
    check_nothing: str
    verified: str
    verify_repaired: str
    litter_found: str
    prune_item: str
    pruned: str
    would_prune: str
    prune_nothing: str
    prune_previous: str
    prune_kept: str
    exported: str
    would_export: str
    models_previous: str

    # what fits
    verdicts: dict[str, str]
    fit_from: Mapping[str, str]
    fit_head: str
    fit_row: str
    fit_switch: str
    fit_needs: str
    fit_card: str
    fit_no_card: str
    fit_place: str
    fit_largest: str
    fit_largest_short: str
    fit_division: str
    fit_expected: str
    fit_expected_prompt: str
    fit_measured: str
    fit_setting: str
    fit_setting_now: str
    fit_unknown: str
    fit_hint: str
    fit_hint_declared: str
    fit_nothing: str

    # chat and demo
    chat_stats: str
    chat_hint: str
    chat_prompt: str
    demo_speed: str
    demo_editor: str
    demo_url: str
    demo_model: str
    demo_key: str

    # what is shown to who is to help
    report_written: str

    # config and version
    config_valid: str
    config_file_read: str
    config_file_absent: str
    version_line: str

    # progress
    progress_left: str

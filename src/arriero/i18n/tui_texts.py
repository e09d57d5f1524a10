"""The texts of the terminal app, one field each: mypy finds a language that lacks one. They load with the app alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, eq=False, repr=False)
class TuiTexts:
    """Tables are by the operation's name, the job's state, the key; the rest are sentences and templates."""

    operations: Mapping[str, str]
    about: Mapping[str, str]
    job_states: Mapping[str, str]
    keys: Mapping[str, str]
    title_menu: str
    title_models: str
    title_activity: str
    last_known: str
    looking: str
    header_ours: str
    header_others: str
    header_free: str
    header_memory: str
    activity_nothing: str
    activity_unlooked: str
    hints: Mapping[str, str]
    model_context: str
    gateway_flying: str
    gateway_waiting: str
    gateway_loading: str
    gateway_keys: str
    gateway_exposed: str
    on_card: str
    model_update: str
    model_update_to: str
    model_previous: str
    model_download: str
    label_model: str
    label_version: str
    label_address: str
    label_runs: str
    label_answer: str
    installed_at: str
    context_declared: str
    answer_speed: str
    copied: str
    nothing_to_copy: str
    job_took: str
    job_cancelling: str
    cannot_pause: str
    none_running: str
    cancelled: str
    busy_already: str
    yes: str
    no: str
    close: str
    choose_nothing: str
    option_installed: str
    option_download: str
    option_all_installed: str
    option_verify: str
    option_repair: str
    option_prune: str
    option_prune_previous: str
    option_look: str
    option_on: str
    option_off: str
    ask_file: str
    ask_name: str
    context_ask: str
    context_keeps: str
    plan_memory: str
    plan_disk: str
    planning: str
    plan_failed: str
    leave_ask: str
    found_mend: str
    found_look: str
    option_mend_all: str
    validate_mend: str
    command_ended: str
    validate_update: str
    chat_title: str
    chat_ask: str
    chat_waiting: str
    chat_stopped: str
    hint_chat: str
    logs_title: str
    logs_search: str
    logs_following: str
    logs_held: str
    logs_lines: str
    hint_logs: str
    help_title: str
    help_operations: str
    help_keys: str
    help_signs: str
    palette_search: str
    theme_search: str
    command_language: str
    command_language_about: str
    command_theme: str
    command_theme_about: str
    command_help: str
    command_help_about: str
    command_leave: str
    command_leave_about: str
    plain_leave: str
    plain_prompt: str
    plain_pick: str
    plain_back: str
    plain_confirm: str
    plain_confirm_context: str
    plain_yes: str
    plain_unknown: str
    plain_question: str


def tui_texts_of(language: str) -> TuiTexts:
    """`language`: `es` or `en`, as `Texts.language` has it."""
    if language == "en":
        from arriero.i18n.tui_en import EN

        return EN
    from arriero.i18n.tui_es import ES

    return ES

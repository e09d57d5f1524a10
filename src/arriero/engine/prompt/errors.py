"""What can be wrong with a template or with a tool that a client sent. `detail` is always Go's own text."""

from __future__ import annotations

from arriero.core.errors import OperationFailed, UsageError


class TemplateInvalid(UsageError):
    """The text is no Go template: `template: :1: unclosed action`."""

    code = "template.invalid"
    detail: str


class TemplateFailed(OperationFailed):
    """The template asks for something that these messages do not have."""

    code = "template.failed"
    detail: str


class ToolInvalid(UsageError):
    """A tool's `field` (`function.name`) holds a JSON `found` (`number`) where a Go `wanted` (`string`) belongs."""

    code = "tool.invalid"
    field: str
    found: str
    wanted: str

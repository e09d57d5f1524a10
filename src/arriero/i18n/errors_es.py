"""Text of every error by its code."""

TEXTS: dict[str, str] = {
}

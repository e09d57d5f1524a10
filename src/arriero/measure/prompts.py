"""Prompts of a wanted length that no cache has seen, as the server itself counts tokens. Pure but for the nonce.

Invariant: a fresh prompt differs from every other from its first words on; two with a shared beginning differ only in
their last words. The length is steered by what the server counted before, never by a guess at its tokenizer.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from arriero.measure.dialect import Question

_SENTENCE = (
    "the mule carries water over the mountain and the driver counts every stone on the road while the sun goes down "
    "behind the village where people wait for bread salt paper and news from the coast because no other way leads "
    "there in winter"
)
_WORDS = tuple(_SENTENCE.split())
_TASK = "Say in a few words what this is about."
TOLERANCE = 0.03
"""How far from the wanted number of tokens a prompt may be."""


@dataclass(frozen=True)
class Tokens:
    """What this server counts: `fixed` for the template, the nonce and the task, then `per_word`. `believed`: whether
    these counts can be true at all."""

    fixed: float
    per_word: float
    believed: bool = True

    def words_for(self, tokens: int) -> int:
        return max(1, round((tokens - self.fixed) / self.per_word))

    def of(self, words: int) -> int:
        return round(self.fixed + words * self.per_word)


ASSUMED = Tokens(40.0, 1.1, believed=False)
"""For servers that count nothing, or nothing that can be believed."""
CALIBRATION_WORDS = (32, 160)


def tokens_of(counts: tuple[int | None, int | None]) -> Tokens:
    """From the counts of two prompts of CALIBRATION_WORDS; ASSUMED where a tokenizer cannot count so."""
    few, many = CALIBRATION_WORDS
    if counts[0] is None or counts[1] is None:
        return ASSUMED
    per_word = (counts[1] - counts[0]) / (many - few)
    if not 0.9 <= per_word <= 8 or counts[0] < few:  # every word here is one token at least, in any vocabulary
        return ASSUMED
    return Tokens(counts[0] - few * per_word, per_word)


def nonce() -> str:
    """Letters that are nowhere else."""
    return secrets.token_hex(6)


def text_of(words: int, start: int = 0) -> str:
    return " ".join(_WORDS[(start + i) % len(_WORDS)] for i in range(words))


def fresh(words: int, mark: str, max_tokens: int = 4) -> Question:
    """Different from the first token that is not the template's on."""
    return Question(system=f"{mark} {text_of(words)}", user=f"{_TASK} {nonce()}", max_tokens=max_tokens)


def short() -> Question:
    return Question(user=f"Answer with one word. What colour is the sky? ({nonce()})", max_tokens=8)


def story(max_tokens: int) -> Question:
    return Question(user=f"{nonce()} Write a long story about a mule driver in the Andes.", max_tokens=max_tokens)


_CODE = '''class Route:
    """One way over the mountain."""

    def __init__(self, name, length_km, water_points):
        self.name = name
        self.length_km = length_km
        self.water_points = water_points

    def days(self, km_per_day):
        if km_per_day <= 0:
            raise ValueError("a mule walks forward")
        return -(-self.length_km // km_per_day)

    def has_water_every(self, km):
        last = 0
        for point in sorted(self.water_points):
            if point - last > km:
                return False
            last = point
        return self.length_km - last <= km


def shortest(routes):
    return min(routes, key=lambda route: route.length_km)
'''


def edit(max_tokens: int) -> Question:
    """Most of the answer stands in the question: where speculation from it helps, it shows here."""
    task = "Rename the class Route to Trail everywhere. Answer with the whole file and nothing else."
    return Question(user=f"# {nonce()}\n{task}\n\n```python\n{_CODE}```", max_tokens=max_tokens)


def fill(max_tokens: int) -> Question:
    before, after = _CODE.split("        last = 0\n")
    return Question(user=f"# {nonce()}\n{before}        last = ", suffix=f"\n{after}", max_tokens=max_tokens)

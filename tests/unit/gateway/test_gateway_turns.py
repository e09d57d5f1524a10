"""Whose turn it is, told as small stories and as one property over all of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from arriero.gateway.naming import Group
from arriero.gateway.turns import Limits, Rest, Start, Turns

A, B, C = Group("a", "x"), Group("b", "x"), Group("c", "x")
OTHER_A = Group("a", "y")
LIMITS = Limits(patience_s=10, drain_s=30)


def serving(*groups: Group) -> Turns:
    turns = Turns(LIMITS)
    turns.observe(groups)
    return turns


def bring_up(turns: Turns, now: float, *serve: Group) -> Start:
    step = turns.next(now)
    assert isinstance(step, Start)
    turns.begun(step)
    turns.observe(serve)
    assert turns.ended() == []
    return step


def test_what_serves_answers_at_once() -> None:
    turns = serving(A)
    assert turns.ask(1, A, 0)
    assert turns.next(0) == Rest()


def test_what_does_not_serve_is_brought_up_once_for_all_who_wait() -> None:
    turns = serving(A)
    assert not turns.ask(1, B, 0)
    assert not turns.ask(2, B, 1)
    assert bring_up(turns, 1, B) == Start(B, frozenset())
    assert turns.released(2) == [1, 2]
    assert turns.flying[B] == 2
    assert turns.next(2) == Rest()


def test_nothing_goes_on_to_a_model_that_may_be_stopped_now() -> None:
    turns = serving(A, C)
    assert turns.ask(1, C, 0)
    assert not turns.ask(2, B, 0)
    step = turns.next(0)
    assert step == Start(B, frozenset({"c"}))
    turns.begun(Start(B, frozenset({"c"})))
    assert not turns.ask(3, A, 1)
    assert turns.ask(4, C, 1)
    assert turns.next(1) == Rest()


def test_an_answer_under_way_is_waited_for() -> None:
    turns = serving(A)
    turns.ask(1, A, 0)
    turns.ask(2, B, 0)
    turns.begun(Start(B, frozenset({"a"})))
    assert turns.ended(in_the_way={"a"}) == []
    assert turns.next(1) == Rest(10)
    assert turns.ask(3, A, 5)  # it goes on answering for as long as the others' patience lasts
    assert not turns.ask(4, A, 10)
    assert turns.next(10) == Rest(40)
    turns.done(A)
    turns.done(A)
    assert turns.next(11) == Start(B, frozenset())


def test_an_answer_that_does_not_end_is_cut_off_after_its_time() -> None:
    turns = serving(A)
    turns.ask(1, A, 0)
    turns.ask(2, B, 0)
    turns.begun(Start(B, frozenset({"a"})))
    turns.ended(in_the_way={"a"})
    assert turns.next(0) == Rest(10)
    assert turns.next(39.9) == Rest(40)
    assert turns.next(40) == Start(B, frozenset())


def test_another_variant_of_a_slot_waits_for_the_first_ones_answers() -> None:
    turns = serving(A)
    turns.ask(1, A, 0)
    assert not turns.ask(2, OTHER_A, 0)
    assert turns.next(0) == Rest(10)
    turns.done(A)
    assert turns.next(1) == Start(OTHER_A, frozenset())


def test_the_one_that_waits_longest_is_next() -> None:
    turns = serving(A)
    turns.ask(1, C, 0)
    turns.ask(2, B, 1)
    turns.ask(3, C, 2)
    assert turns.next(2) == Start(C, frozenset())
    turns.give_up(1, C)
    assert turns.next(2) == Start(B, frozenset())


def test_a_failed_load_fails_all_who_waited_for_it_and_nobody_else() -> None:
    turns = serving()
    turns.ask(1, A, 0)
    turns.ask(2, A, 0)
    turns.ask(3, B, 1)
    turns.begun(Start(A, frozenset()))
    assert turns.ended() == [1, 2]
    assert turns.next(2) == Start(B, frozenset())


def test_a_model_that_was_found_gone_is_brought_up_again() -> None:
    turns = serving(A)
    turns.ask(1, A, 0)
    turns.gone(A)
    turns.done(A)
    assert not turns.ask(2, A, 1)
    assert turns.next(1) == Start(A, frozenset())


@dataclass
class Card:
    """A card that holds one model, and requests that answer for a while: what `Turns` is for, without its IO.

    Everything moves in whole seconds. A load takes `load_s`, an answer `answer_s`.
    """

    load_s: int
    answer_s: int
    turns: Turns = field(default_factory=lambda: Turns(LIMITS))
    now: int = 0
    up: Group | None = None
    step: Start | None = None
    ready_at: int = 0
    asked: dict[int, tuple[Group, int]] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)
    waited: dict[int, int] = field(default_factory=dict)
    cut: int = 0

    def ask(self, group: Group) -> None:
        ticket = len(self.asked)
        self.asked[ticket] = (group, self.now)
        if self.turns.ask(ticket, group, self.now):
            self._goes_on(ticket)
        self._act()

    def second(self) -> None:
        self.now += 1
        for ticket in [t for t, end in self.ends.items() if end <= self.now]:
            self._over(ticket)
        if self.step and self.now >= self.ready_at:
            self._loaded(self.step)
        self._act()

    def _goes_on(self, ticket: int) -> None:
        group, since = self.asked[ticket]
        assert group == self.up, "a request went on to a model that does not serve"
        self.waited[ticket] = self.now - since
        self.ends[ticket] = self.now + self.answer_s

    def _over(self, ticket: int) -> None:
        del self.ends[ticket]
        self.turns.done(self.asked[ticket][0])

    def _act(self) -> None:
        while isinstance(step := self.turns.next(self.now), Start):
            assert self.step is None, "two models are brought up at once"
            self.turns.begun(step)
            if self.up and self.up != step.group and self.up.slot in step.spared:
                assert self.turns.ended(in_the_way={self.up.slot}) == []
                continue
            for ticket in [*self.ends]:
                assert self.now - self._began(ticket) >= LIMITS.drain_s, "an answer was cut off before its time"
                self.cut += 1
                self._over(ticket)
            self.up, self.step, self.ready_at = None, step, self.now + self.load_s
            self.turns.observe(())
        for ticket in self.turns.released(self.now):
            self._goes_on(ticket)

    def _began(self, ticket: int) -> int:
        return self.asked[ticket][1] + self.waited[ticket]

    def _loaded(self, step: Start) -> None:
        self.up, self.step = step.group, None
        self.turns.observe({step.group})
        assert self.turns.ended() == []
        for ticket in self.turns.released(self.now):
            self._goes_on(ticket)


@given(
    st.integers(1, 8),
    st.integers(1, 60),
    st.lists(st.one_of(st.sampled_from([A, B, C]), st.integers(1, 20)), max_size=60),
)
def test_everybody_is_served_in_time_by_the_model_that_was_asked_for(
    load_s: int, answer_s: int, happens: list[Group | int]
) -> None:
    card = Card(load_s, answer_s)
    for each in happens:
        if isinstance(each, Group):
            card.ask(each)
        else:
            for _ in range(each):
                card.second()
    turn_s = LIMITS.patience_s + LIMITS.drain_s + load_s + 1
    for _ in range(int(3 * turn_s)):
        card.second()
    assert card.waited.keys() == card.asked.keys()
    assert all(waited <= 3 * turn_s for waited in card.waited.values())
    if answer_s <= LIMITS.drain_s:
        assert card.cut == 0

"""What a model's server does on this machine, as figures: measured from outside, remembered, compared, judged.

Invariant: a figure is what was seen at the socket. Nothing is estimated, and what could not be measured says why.
"""

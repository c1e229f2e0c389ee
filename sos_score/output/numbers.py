"""Numbers as a results section prints them."""

from __future__ import annotations

import math

from sos_score.words import format_fixed, format_named_p, format_p

__all__ = ["format_df", "format_interval", "format_named_p", "format_number", "format_p", "with_interval"]


def format_number(value: float, digits: int = 2) -> str:
    """Return a number with a fixed count of decimals; nothing below zero is left of one that rounds to it.

    Examples
    --------
    >>> format_number(-0.801), format_number(-0.001), format_number(float("nan"))
    ('-0.80', '0.00', '-')
    """
    if math.isnan(value):
        return "-"
    return format_fixed(value, digits)


def format_interval(low: float, high: float, digits: int = 2) -> str:
    """Return "[-1.18, -0.41]"; nothing where there is none."""
    if math.isnan(low) or math.isnan(high):
        return ""
    return f"[{format_number(low, digits)}, {format_number(high, digits)}]"


def with_interval(value: float, low: float, high: float, digits: int = 2) -> str:
    """Return a value with its interval; nothing where there is no value.

    Examples
    --------
    >>> with_interval(0.43, 0.12, 0.74), with_interval(0.43, float("nan"), float("nan"))
    ('0.43 [0.12, 0.74]', '0.43')
    """
    if math.isnan(value):
        return ""
    return f"{format_number(value, digits)} {format_interval(low, high, digits)}".strip()


def format_df(df: float) -> str:
    """Return degrees of freedom: whole where they are.

    Examples
    --------
    >>> format_df(13.0), format_df(13.04)
    ('13', '13.0')
    """
    return f"{df:.0f}" if df == round(df) else format_fixed(df, 1)

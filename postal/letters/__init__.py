"""Broken letters: text of old codings, UTF-8 coded twice, lost letters and raw typing, told from good names. Pure."""

from postal.letters.damage import Damage, are_coded, judge_name

__all__ = ["Damage", "are_coded", "judge_name"]

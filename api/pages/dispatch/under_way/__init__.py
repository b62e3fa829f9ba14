"""Rounds under way: their sheets typed back, the live view of the day, messages, stops that change hands, money."""

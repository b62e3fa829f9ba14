"""The post's network as data: offices, couriers, coverage, delivery days, promises.

One day's rounds are `postal.rounds`.
"""

"""A flood day on one page: communes cut off on the map, what that does before it is done, roads closed, all undone.

The rules are `postal.under_way.cut_off`; planning the day anew is `api.pages.dispatch.planning`.
"""

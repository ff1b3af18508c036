"""Putting things that need one another into an order."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Set


def sorted_by_needs(needs: Mapping[str, Set[str]], places: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """The items, each after those it needs and else by its place; and the items that wait for one another."""
    followers: dict[str, list[str]] = {item: [] for item in needs}
    for item, sources in needs.items():
        for source in sources:
            followers[source].append(item)
    waiting = {item: len(sources) for item, sources in needs.items()}
    ready = [(places[item], item) for item in needs if not waiting[item]]
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        _, item = heapq.heappop(ready)
        order.append(item)
        for follower in followers[item]:
            waiting[follower] -= 1
            if not waiting[follower]:
                heapq.heappush(ready, (places[follower], follower))
    done = set(order)
    return order, [item for item in needs if item not in done]

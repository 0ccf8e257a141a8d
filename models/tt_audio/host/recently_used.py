# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A cache of the values used last."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class RecentlyUsed(Generic[Value]):
    """Cache of at most `limit` values; a new one replaces the one that was not used for the longest time."""

    def __init__(self, limit: int):
        self.limit = limit
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of a key, from `make` if it is not kept."""
        if key not in self._values:
            self._values[key] = make()
            if len(self._values) > self.limit:
                self._values.popitem(last=False)
        self._values.move_to_end(key)
        return self._values[key]

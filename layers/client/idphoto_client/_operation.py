"""A method that is written once and is there in both clients."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

from idphoto_client._flow import Flow

if TYPE_CHECKING:
    from idphoto_client._client import AsyncClient, Client

P = ParamSpec("P")
T = TypeVar("T")


class operation(Generic[P, T]):  # noqa: N801 - a decorator
    """Turn a method that returns a flow into one that runs it.

    It returns the flow's value from a :class:`Client`, and something to be awaited from an :class:`AsyncClient`.
    """

    def __init__(self, method: Callable[Concatenate[Any, P], Flow[T]]) -> None:
        self.flow = method
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...

    @overload
    def __get__(self, client: Client, owner: type) -> Callable[P, T]: ...

    @overload
    def __get__(self, client: AsyncClient, owner: type) -> Callable[P, Awaitable[T]]: ...

    def __get__(self, client: Any, owner: type) -> Any:
        """Return the method, bound to a client."""
        if client is None:
            return self

        @functools.wraps(self.flow)
        def bound(*arguments: P.args, **options: P.kwargs) -> Any:
            return client.run(self.flow(client, *arguments, **options))

        return bound

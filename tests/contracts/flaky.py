"""Servers for `--app` that are wrong once, and right from then on."""

from itertools import count

from tests.contracts.sabotage.making import Wsgi, json_answers


def forgets_a_name_once() -> Wsgi:
    changes = count(1)

    def change(method, path, status, body):
        is_change = method == "PATCH" and status == 200 and "/sessions/" in path
        return {**body, "name": "Another"} if is_change and next(changes) == 1 else body

    return json_answers(change)

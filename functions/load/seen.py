"""What a file has said so far: its accounts and their numbers, on disk, for a million do not fit a small memory."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from functions.shared.carrier.accounts import Document


class Seen:
    def __init__(self) -> None:
        self._known = sqlite3.connect("", isolation_level=None, check_same_thread=False)  # a file that nobody else sees
        self._known.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            "CREATE TABLE accounts (id TEXT PRIMARY KEY) WITHOUT ROWID;"
            "CREATE TABLE numbers (number TEXT PRIMARY KEY, id TEXT) WITHOUT ROWID;"
            "CREATE INDEX by_account ON numbers (id); BEGIN;"
        )
        self.unnamed = 0
        """Rows of which nobody can tell whose they are."""

    def add(self, document: Document) -> str:
        """Note an account; return why it cannot be, where another has one of its numbers."""
        account = document.account
        open_ones = [line.number for line in document.lines if "closed" not in (account.status, line.status)]
        return self._note(account.account_id, open_ones)

    def add_given(self, given: Any) -> None:
        """Note what a row names that was loaded before, or that is refused."""
        try:
            given = given.get("given", given)
            account_id, status = given["account"]["account_id"], given["account"].get("status")
            lines = [line["number"] for line in given["lines"] if "closed" not in (status, line.get("status"))]
            self._note(account_id.strip(), lines)
        except (AttributeError, KeyError, TypeError, sqlite3.Error):
            self._only_named(given)

    def _only_named(self, given: Any) -> None:
        try:
            self._known.execute("INSERT OR IGNORE INTO accounts VALUES (?)", (given["account"]["account_id"].strip(),))
        except (AttributeError, KeyError, TypeError, sqlite3.Error):
            self.unnamed += 1

    def _note(self, account_id: str, numbers: Iterable[str]) -> str:
        self._known.execute("INSERT OR IGNORE INTO accounts VALUES (?)", (account_id,))
        self._known.execute("DELETE FROM numbers WHERE id = ?", (account_id,))
        for number in numbers:
            taken = self._known.execute("SELECT id FROM numbers WHERE number = ?", (number,)).fetchone()
            if taken:
                return "the number of one of its lines is in another account of the file"
            self._known.execute("INSERT INTO numbers VALUES (?, ?)", (number, account_id))
        return ""

    def __len__(self) -> int:
        return int(self._known.execute("SELECT COUNT(*) FROM accounts").fetchone()[0])

    def lacks(self, account_id: str) -> bool:
        return not self._known.execute("SELECT 1 FROM accounts WHERE id = ?", (account_id,)).fetchone()

    def close(self) -> None:
        self._known.close()

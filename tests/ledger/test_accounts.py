from seedream_pipe.ledger.accounts import account
from seedream_pipe.store.folder import Store

KEY = "sk-0123456789abcdef0123456789abcdef"


def test_an_account_has_one_name_in_a_store(store: Store):
    assert account(store, "ark", KEY) == account(Store.open(store.folder), "ark", KEY)


def test_two_keys_two_providers_and_two_servers_are_accounts_of_their_own(store: Store):
    names = {
        account(store, "ark", KEY),
        account(store, "ark", KEY + "1"),
        account(store, "byteplus", KEY),
        account(store, "ark", KEY, origin="127.0.0.1:9"),
    }
    assert len(names) == 4


def test_two_stores_do_not_tell_that_they_have_one_key(store: Store, tmp_path):
    assert account(store, "ark", KEY) != account(Store.open(tmp_path / "other"), "ark", KEY)


def test_a_damaged_salt_is_made_anew(store: Store):
    account(store, "ark", KEY)
    (store.folder / "salt").write_bytes(b"x")
    assert account(store, "ark", KEY) == account(store, "ark", KEY)
    assert (store.folder / "salt").stat().st_mode & 0o077 == 0

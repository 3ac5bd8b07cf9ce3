"""``hall.toml``: what is refused, and why."""

from pathlib import Path

import pytest

from huiguan.floor.hall.settings import (
    SETTINGS_NAME,
    HallSettings,
    check_reach,
    is_loopback,
    read_settings,
    server_tls,
    write_settings,
)
from huiguan.foundation.faults import InputFault


def test_settings_are_read_as_they_were_written(tmp_path: Path) -> None:
    wanted = HallSettings(days="hand", http_port=0, rulebook=["books"], crowd=7)
    write_settings(tmp_path, wanted)
    assert read_settings(tmp_path) == wanted
    lines = (tmp_path / SETTINGS_NAME).read_text("utf-8").splitlines()
    named = [line for line in lines if " = " in line and not line.startswith("#")]
    assert len(named) == len(HallSettings.__struct_fields__)


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        *[("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True)],
        *[("0.0.0.0", False), ("::", False), ("192.168.1.5", False), ("hall.example", False)],  # noqa: S104
    ],
)
def test_an_address_that_others_reach_needs_tls_or_a_word(host: str, is_own: bool) -> None:
    assert is_loopback(host) == is_own
    check_reach(HallSettings(host=host, tls_cert="c", tls_key="k"), "up")
    check_reach(HallSettings(host=host, insecure=True), "up")
    if is_own:
        check_reach(HallSettings(host=host), "up")
    else:
        with pytest.raises(InputFault, match="every key goes in the clear; give --tls-cert"):
            check_reach(HallSettings(host=host), "up")


def test_tls_needs_both_files_and_good_ones(tmp_path: Path) -> None:
    with pytest.raises(InputFault, match="needs both"):
        check_reach(HallSettings(tls_cert="chain.pem"), "up")
    wrong = tmp_path / "chain.pem"
    wrong.write_text("no certificate")
    with pytest.raises(InputFault, match="no certificate and its key"):
        server_tls(HallSettings(tls_cert=str(wrong), tls_key=str(wrong)))
    assert server_tls(HallSettings()) is None

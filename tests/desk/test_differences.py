"""What differs between two texts about the same symptom."""

import pytest

from assistant.desk.differences import between


@pytest.mark.parametrize(
    ("here", "there", "told"),
    [
        ("GlobalConnect 6.2 drops", "globalconnect 5.9 drops", ["GlobalConnect 5.9, here 6.2"]),
        ("GlobalConnect 6.2.1", "GlobalConnect 6.1, 6.2.0 and v6.2.1", []),
        ("on Windows 11", "on macOS", ["platform macOS, here Windows 11"]),
        ("error 0x80070005", "error 0x80070035", ["code 0x80070035, here 0x80070005"]),
        ("Error: 691 after error 691", "ERROR 812", ["code ERROR 812, here ERROR 691"]),
        ("VPN site Berlin", "at the Munich office", ["site Munich, here Berlin"]),
        ("Outlook office 365", "at the Munich office", []),
        ("LT-20987", "the loaner LT-20960", ["code LT-20960, here LT-20987"]),
        ("on Windows 11", "on Windows", []),
        ("it drops", "it drops on macOS with error 0x80070005", []),
        ("Site: Lisbon", "in the Porto office", ["site Porto, here Lisbon"]),
        ("Floor 3 is dark", "floor 12", ["floor 12, here 3"]),
        ("The office is cold, Microsoft Office too", "in the Porto office", []),
        ("INC-000012 is the same", "KB-000003 says", []),
        (
            "GlobalConnect 6.2.1 drops",
            "GlobalConnect 6.2.0 and 6.2.2. Not affected: 6.2.1, 6.3.0",
            ["GlobalConnect 6.2.0, 6.2.2, not 6.2.1, here 6.2.1"],
        ),
        ("GlobalConnect 6.2.0", "GlobalConnect 6.2.0. Not affected: 6.2.1.", []),
        ("on macOS", "Windows 11; macOS is not affected", ["platform Windows 11, not macOS, here macOS"]),
        ("on macOS", "macOS is affected, Windows 11 is not affected", []),
        (
            "on Windows 11",
            "macOS is affected, Windows 11 is not affected",
            ["platform macOS, not Windows 11, here Windows 11"],
        ),
        (
            "Floor 3 is dark",
            "Floor 3 is not affected by switching it off on floor 4",
            ["floor 4, not 3, here 3"],
        ),
        ("Outlook 16.2 hangs", "nicht betroffen: Outlook 16.2", ["Outlook not 16.2, here 16.2"]),
        ("on macOS; Windows 11 is not affected", "on Windows 11", ["platform Windows 11, here macOS"]),
    ],
)
def test_only_what_both_name_and_name_differently_is_told(here, there, told):
    assert [str(one) for one in between(here, there)] == told

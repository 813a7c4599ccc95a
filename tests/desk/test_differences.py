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
        ("Error 1603", "error code 1603", []),
        ("Fehler 1603", "Fehlercode: 1603, code 1603", []),
        ("error code 1603", "Fehler 1618", ["code FEHLER 1618, here ERROR CODE 1603"]),
        ("Error 1603", "it shows 0x80073712 and LT-20981", []),
        (
            "LT-20981 shows 0xC0000005, error 1603",
            "error 1603 or 0x80073712, ORA-12154",
            ["code 0x80073712, here 0xC0000005"],
        ),
        ("KB5034441 fails", "KB5041585 fails", ["code KB5041585, here KB5034441"]),
        ("CVE-2020-1472", "CVE-2020-0601", ["code CVE-2020-0601, here CVE-2020-1472"]),
        ("GlobalConnect 6.2.1a", "GlobalConnect 6.2.1b", ["GlobalConnect 6.2.1b, here 6.2.1a"]),
        ("Cisco IOS 15.2", "iOS 17.2 on an iPhone", []),
        ("Cisco IOS 15.2", "Cisco IOS 15.4", ["Cisco IOS 15.4, here 15.2"]),
        ("Outlook version 16.0", "Outlook versión 16.2", ["Outlook 16.2, here 16.0"]),
        ("Outlook 16.0", "Outlook 15.9 et 16.0", []),
        ("since version 2.5", "the version 2.4", ["version 2.4, here 2.5"]),
    ],
)
def test_only_what_both_name_and_name_differently_is_told(here, there, told):
    assert [str(one) for one in between(here, there)] == told


@pytest.mark.parametrize(
    "written",
    [
        "Mac-Adresse",
        "MAC address filter",
        "MAC filter",
        "adresse MAC",
        "MAC: 00:1A:2B:3C",
        "IP/MAC",
        "Cisco IOS",
        "IOS-XE",
    ],
)
def test_what_only_sounds_like_a_platform_is_none(written):
    assert between("on Windows 11", f"the {written} of it") == []


@pytest.mark.parametrize("written", ["a Mac", "Mac OS", "MacBook", "the Mac, address unknown"])
def test_a_mac_is_one(written):
    assert [str(one) for one in between("on Windows 11", written)] == ["platform macOS, here Windows 11"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("Room-1204", "Room-1311"), ("room-1204", "room-1311"), ("RAUM-1204", "RAUM-1311")),
        *(
            ("REQ-1234", "REQ-1235"),
            ("INC-000123", "INC-000124"),
            ("KB-000001", "KB000002"),
            ("CHG-12", "CHG-13"),
        ),
        *(("CHG-1204", "CHG-1205"), ("PRB-7", "PRB-8"), ("PRB-701", "PRB-702"), ("TASK-701", "TASK-702")),
        *(("RITM0012345", "RITM0012346"), ("RITM-001234", "RITM-001235"), ("KB000001", "KB000002")),
        *(("FEB-2026", "FEB-2025"), ("Winter-2025", "Winter-2026"), ("ISO-8859", "ISO-9001")),
        *(
            ("Error 10:30", "Error 11:45"),
            ("error 2026-03-12", "error 2025-03-12"),
            ("Error 16.0", "Error 17.0"),
        ),
        *(("error 10 minutes ago", "error 20 minutes ago"), ("error 50 %", "error 60 %")),
        *(("postal code 10115", "postal code 80331"), ("PIN code 1234", "PIN code 4321")),
    ],
)
def test_the_number_of_something_else_is_no_code(one, other):
    assert between(f"see {one} there", f"see {other} there") == []


@pytest.mark.parametrize(
    "before",
    [
        *(
            "since",
            "from",
            "until",
            "about",
            "after",
            "at",
            "Between",
            "Monday",
            "section",
            "Room",
            "costs",
            "EUR",
        ),
        *("seit", "vom", "bis", "um", "gegen", "nach", "Abschnitt", "kostet", "Montag"),
        *("depuis", "après", "vers", "desde", "hasta", "después", "até", "após", "segunda-feira"),
    ],
)
def test_no_version_stands_after_a_word_that_names_no_product(before):
    assert between(f"it drops {before} 6.2 again", f"it drops {before} 5.9 again") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(
            ("12.03.2024", "3.12.2023"),
            ("01.02.24", "02.02.24"),
            ("2024.03.12", "2024.03.13"),
            ("03.2024", "04.2024"),
        ),
        *(("192.168.1.20", "192.168.1.21"), ("10.0.12.7", "10.0.12.8"), ("10.0.0.0/24", "10.0.1.0/24")),
        *(("10.30:15", "11.30:15"), ("10.30 Uhr", "11.30 Uhr"), ("4.5/5", "3.5/5"), ("1.234,50", "2.234,50")),
        ("2.5-3.5 GB", "1.5-4.5 GB"),
        ("2.5 to 3.5 GB", "1.5 to 4.5 GB"),
        *(
            (f"2.5 {unit}", f"1.5 {unit}")
            for unit in ("GB", "MB", "KB", "TB", "GHz", "MHz", "ms", "s", "sec", "kg")
        ),
        *(
            (f"2.5 {unit}", f"1.5 {unit}")
            for unit in ("seconds", "min", "minutes", "h", "hours", "cm", "mm", "%")
        ),
        *(
            (f"2.5 {unit}", f"1.5 {unit}")
            for unit in ("€", "$", "EUR", "USD", "V", "A", "W", "°C", "Stunden")
        ),
        ("15.6-inch", "13.3-inch"),
        ("1.2.3.4.5", "1.2.3.5.5"),
    ],
)
def test_a_day_a_time_an_address_and_an_amount_are_no_version(one, other):
    assert between(f"the disk {one} there", f"the disk {other} there") == []


@pytest.mark.parametrize("wide", ["Overview\n{} Symptoms", "It works. {} is new", "it hangs. {} is new"])
def test_a_number_of_another_line_or_sentence_is_no_version(wide):
    assert between(wide.format("1.2"), wide.format("1.3")) == []


@pytest.mark.parametrize(
    "after",
    [
        *(
            "",
            ".",
            ": it drops",
            " in Windows",
            " times out",
            " users wait",
            " KB-000003",
            " s’affiche lentement",
        ),
        *(
            " s'affiche",
            "\nA colleague",
            "\nHours later",
            " and 3.5 GB free",
            "-beta",
            ", 5 of us",
            " am Laptop",
            " a user",
        ),
    ],
)
def test_a_version_stays_one_whatever_is_said_of_it(after):
    told = between(f"Outlook 16.0{after}", "Outlook 2.9.10.3")
    assert [str(one) for one in told] == ["Outlook 2.9.10.3, here 16.0"]


@pytest.mark.parametrize(
    "version", ["6.2.1", "2023.3.4", "2026.3", "3.12.4", "22.200.2.1", "31.0.101.5186", "8.00"]
)
def test_a_version_that_begins_like_a_day_or_an_address_stays_one(version):
    assert [str(one) for one in between(f"Driver {version}", "Driver 1.1")] == [f"Driver 1.1, here {version}"]


@pytest.mark.parametrize("named", ["Acrobat Pro", "Big Sur", "Red Hat", "Power Point", "SQL Server"])
def test_products_that_end_in_a_short_word_keep_their_versions(named):
    last = named.split()[-1]
    assert [str(one) for one in between(f"{named} 11.6", f"{named} 8.4")] == [f"{last} 8.4, here 11.6"]

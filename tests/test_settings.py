"""Settings: read from one place, wrong ones named all at once, no secret that ships."""

import stat

import pytest

from assistant import settings
from assistant.settings import SettingsWrong


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch, tmp_path):
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(f"KINTSUGI_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def test_production_refuses_to_start_without_its_own_key(tmp_path):
    with pytest.raises(SettingsWrong, match="needs its own secret key"):
        settings.load(data=tmp_path, production=True)
    assert settings.load(data=tmp_path, production=True, secret_key="k" * 32).secure_cookies


def test_every_wrong_setting_is_named_in_one_message(tmp_path, monkeypatch):
    monkeypatch.setenv("KINTSUGI_PORT", "eighty")
    monkeypatch.setenv("KINTSUGI_LOG_LEVEL", "LOUD")
    with pytest.raises(SettingsWrong) as wrong:
        settings.load(data=tmp_path)
    assert "KINTSUGI_PORT" in str(wrong.value) and "KINTSUGI_LOG_LEVEL" in str(wrong.value)


def test_the_environment_wins_over_the_file_in_the_data_folder(tmp_path, monkeypatch):
    (tmp_path / "kintsugi.env").write_text("KINTSUGI_PORT=8001\nKINTSUGI_THREADS=3\n")
    monkeypatch.setenv("KINTSUGI_PORT", "8002")
    loaded = settings.load(data=tmp_path)
    assert (loaded.port, loaded.threads) == (8002, 3)


def test_each_desk_makes_a_key_of_its_own_that_nobody_else_reads(tmp_path):
    one, again, other = (settings.load(data=tmp_path / name) for name in ("one", "one", "other"))
    assert one.secret_key == again.secret_key != other.secret_key
    assert stat.S_IMODE((tmp_path / "one" / "secret_key").stat().st_mode) == 0o600


def test_postgresql_can_hold_the_index_only_where_it_is_the_database(tmp_path):
    with pytest.raises(
        SettingsWrong, match="Set KINTSUGI_DATABASE to its address, or KINTSUGI_INDEX to embedded"
    ):
        settings.load(data=tmp_path, index="postgresql")
    assert settings.load(data=tmp_path, index="postgresql", database="postgresql+psycopg://db/desk").index

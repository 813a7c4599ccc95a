"""Setting up: what run.py decides, remembers and says when a step fails."""

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import run


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of its own with an environment that stands, and a pip that only remembers what it was asked."""
    environment = tmp_path / ".venv"
    (environment / "bin").mkdir(parents=True)
    for name in run.DESK.pins + run.MODEL.pins:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{name} as it was pinned")
    monkeypatch.setattr(run, "HERE", tmp_path)
    monkeypatch.setattr(run, "ENVIRONMENT", environment)
    monkeypatch.setattr(run, "LOG", environment / "setup.log")
    return tmp_path


@pytest.fixture
def pip(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Pip in three words: what it was asked, and whether it fails."""
    pip = SimpleNamespace(asked=[], fails=False)

    def watch(says: str, *commands: list[str]) -> None:
        pip.asked += commands
        if pip.fails:
            raise run.SetupFailed("No space left on device")

    monkeypatch.setattr(run, "watch", watch)
    return pip


def test_without_arguments_it_serves_a_demo_from_the_checkout(monkeypatch):
    monkeypatch.delenv("KINTSUGI_DATA", raising=False)
    asked = run.read([])
    assert (asked.port, asked.demo, asked.model) == (None, True, None)
    assert asked.data == run.HERE / "data"


def test_it_reads_port_folder_and_wishes(tmp_path):
    asked = run.read(["--port", "9000", "--data", str(tmp_path), "--no-demo", "--no-model"])
    assert (asked.port, asked.data, asked.demo, asked.model) == (9000, tmp_path, False, False)


def test_the_data_folder_of_the_environment_counts(monkeypatch, tmp_path):
    monkeypatch.setenv("KINTSUGI_DATA", str(tmp_path))
    assert run.read([]).data == tmp_path


def test_everything_after_test_goes_to_pytest(monkeypatch):
    given = []
    monkeypatch.setattr(run, "test", given.append)
    run.main(["test", "-k", "gate", "--port"])
    assert given == [["-k", "gate", "--port"]]


@pytest.mark.parametrize("version", [(3, 10, 9), (3, 15, 0)])
def test_a_python_that_does_not_fit_is_told_so(monkeypatch, version):
    monkeypatch.setattr(run.sys, "version_info", version)
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 to 3\.14"):
        run.main([])


@pytest.mark.parametrize("part", [run.DESK, run.MODEL, run.TEST], ids=lambda part: part.name)
def test_what_a_lock_pins_is_not_changed_by_later_releases(part):
    locked = [call for call in part.installs if "--require-hashes" in call]
    assert locked
    assert all("--no-deps" in call.split() for call in locked)


def test_a_failed_step_ends_with_its_cure_and_no_traceback(monkeypatch):
    def fail(_):
        raise run.SetupFailed("The disk is full.")

    monkeypatch.setattr(run, "serve", fail)
    with pytest.raises(SystemExit, match=r"The disk is full\."):
        run.main([])


def test_a_part_is_installed_once(pip):
    run.install(run.DESK)
    first = list(pip.asked)
    run.install(run.DESK)
    assert pip.asked == first
    assert [command[-1] for command in first] == ["requirements/desk.txt", "."]


def test_a_changed_pin_is_installed_anew(pip, checkout):
    run.install(run.DESK)
    (checkout / "requirements/desk.txt").write_text("another version")
    run.install(run.DESK)
    assert len(pip.asked) == 2 * len(run.DESK.installs)


def test_what_failed_half_way_is_not_taken_for_installed(pip):
    pip.fails = True
    with pytest.raises(run.SetupFailed):
        run.install(run.DESK)
    pip.fails = False
    run.install(run.DESK)
    assert len(pip.asked) == 2 * len(run.DESK.installs)


def test_without_the_model_part_the_desk_goes_on_and_says_so(pip, capsys):
    pip.fails = True
    assert run.install_if_possible(run.MODEL) is False
    said = capsys.readouterr().out
    assert "finds by words only" in said
    assert "python3 run.py --model" in said


def test_a_failed_model_part_is_tried_again_only_when_asked(pip):
    pip.fails = True
    run.install_if_possible(run.MODEL)
    pip.asked.clear()
    pip.fails = False
    assert run.install_if_possible(run.MODEL) is False
    assert not pip.asked
    assert run.install_if_possible(run.MODEL, again=True) is True
    assert run.install_if_possible(run.MODEL) is True


@pytest.fixture
def done(checkout, monkeypatch) -> list[str]:
    """The commands of the desk that run.py followed."""
    done: list[str] = []
    monkeypatch.setattr(run, "follow", lambda desk, *command: done.append(" ".join(command)))
    return done


def prepare(folder: Path, *, demo: bool = True, model: bool = True) -> None:
    run.prepare([], folder, demo=demo, model=model)


def test_a_new_desk_is_prepared_and_filled_once(checkout, done):
    prepare(checkout)
    prepare(checkout)
    assert done == ["init --model", "demo"]


def test_who_wants_no_demo_gets_none_later_either(checkout, done):
    prepare(checkout, demo=False)
    prepare(checkout, model=False)
    assert done == ["init --model", "init --no-model"]


def test_a_new_migration_or_another_database_prepares_again(checkout, done, monkeypatch):
    prepare(checkout, demo=False)
    versions = checkout / "assistant/migrations/versions"
    versions.mkdir(parents=True)
    (versions / "0002_more.py").write_text("more")
    prepare(checkout)
    monkeypatch.setenv("KINTSUGI_DATABASE", "postgresql://elsewhere")
    prepare(checkout)
    (checkout / "kintsugi.env").write_text("KINTSUGI_PRODUCTION=yes")
    prepare(checkout)
    assert done == ["init --model"] * 4


def test_a_demo_that_was_interrupted_is_tried_again(checkout, done, monkeypatch):
    def stop(desk, *command):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run, "follow", stop)
        with pytest.raises(KeyboardInterrupt):
            prepare(checkout)
    prepare(checkout)
    assert done == ["init --model", "demo"]


def test_a_long_step_is_one_line_and_its_output_is_kept(checkout, capsys):
    run.watch("Counting", [sys.executable, "-c", "print('one'); print('two')"])
    assert re.fullmatch(r"Counting … done in \d+ s\n", capsys.readouterr().out)
    assert run.LOG.read_text() == "one\ntwo\n"


def test_a_long_step_that_fails_shows_its_last_words_and_a_cure(checkout):
    program = "print('Collecting flask'); raise SystemExit('OSError: [Errno 28] No space left on device')"
    with pytest.raises(run.SetupFailed, match=r"(?s)No space left on device.*The disk is full"):
        run.watch("Installing", [sys.executable, "-c", program])


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "pip cache purge"),
        (
            "WARNING: Retrying: NewConnectionError\nERROR: No matching distribution found for flask",
            "HTTPS_PROXY",
        ),
        ("WARNING: SSLError CERTIFICATE_VERIFY_FAILED\nERROR: No matching distribution found", "PIP_CERT"),
        ("ERROR: No matching distribution found for torch==2.13.0", "64-bit"),
        ("Segmentation fault", "setup.log"),
    ],
)
def test_a_failure_of_pip_gets_the_advice_that_fits(output, advice):
    assert advice in run.cure(output)


def test_a_browser_of_ones_own_wins(monkeypatch, tmp_path):
    browser = tmp_path / "browser"
    browser.touch(mode=0o755)
    monkeypatch.setenv("CHROMIUM", str(browser))
    assert run.find_browser() == str(browser)


def test_who_has_no_browser_and_may_not_install_one_is_told_how(monkeypatch, capsys):
    monkeypatch.setattr(run, "find_browser", lambda: None)
    monkeypatch.setattr(run, "may_use_apt", lambda: False)
    assert run.install_browser() is None
    assert "sudo apt install chromium" in capsys.readouterr().out


def test_an_environment_is_made_even_where_python_has_no_ensurepip(checkout, monkeypatch):
    monkeypatch.setattr(run, "PYTHON", run.ENVIRONMENT / "bin" / "python")
    real = run.ways_to_pip

    def ways():
        for command in real():
            yield ["false"] if "ensurepip" in command else command

    monkeypatch.setattr(run, "ways_to_pip", ways)
    run.make_environment()
    assert "pip" in subprocess.check_output([str(run.PYTHON), "-m", "pip", "--version"], text=True)


def test_where_no_pip_is_found_the_missing_package_is_named(checkout, monkeypatch):
    monkeypatch.setattr(run, "PYTHON", run.ENVIRONMENT / "bin" / "python")
    monkeypatch.setattr(run, "ways_to_pip", lambda: [["false"]])
    with pytest.raises(run.SetupFailed, match="apt install python3-venv"):
        run.make_environment()

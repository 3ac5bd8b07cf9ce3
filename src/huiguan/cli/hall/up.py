"""``huiguan up``: a whole hall on this machine with one command."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.hall.steer import HALL, Data
from huiguan.cli.progress import say
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    import polars as pl

    from huiguan.exchange.day.image import DayImage
    from huiguan.floor.hall.clock import ClockSetting
    from huiguan.floor.hall.keys import Keys
    from huiguan.floor.hall.settings import HallSettings
    from huiguan.foundation.calendars import Calendar

CROWD_NAME = "crowd.json"
WAREHOUSE = "warehouse"  # where the office looks for warrants
CROWD_FRAMES, CROWD_COMMANDS = 40_000, 24  # a second of a trading day, about, and what comes in it
PACED_FRAMES, PACED_COMMANDS = 2_000, 150
SESSIONS = 256  # of a hall: its crowd, the office's traders, everybody's programs
VISITOR, VISITOR_SESSION = "trader", 48
HOUSE, HOUSE_SESSION = "recorded quotes", 47
CROWD_RATE = 10_000_000
READY_SECONDS, LOOK_SECONDS = 180.0, 0.2
RESTART_SECONDS, LONGEST_WAIT_SECONDS, STEADY_SECONDS = 3.0, 300.0, 60.0


@app.command()
def up(
    data: Data = HALL,
    clock: Annotated[
        str, typer.Option(metavar="MOMENT", help="wall, or where the exchange's clock begins.")
    ] = "2026-08-20T20:50",
    speed: Annotated[str, typer.Option(help="Times real: 1, 60, or max.")] = "1",
    days: Annotated[str, typer.Option(help="Who turns the day: auto or hand.")] = "auto",
    crowd: Annotated[str, typer.Option(help="How many seeded people trade, or none.")] = "2000",
    quotes: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Recorded ticks that stand in the book on their day."),
    ] = None,
    products: Annotated[
        str, typer.Option(help="Products of the hall, like cu,au; all when left out.")
    ] = "",
    seed: Annotated[int, typer.Option(help="The seed of people and prices.")] = 20260821,
    port: Annotated[int, typer.Option(help="Of the binary door; 0 takes a free one.")] = 9440,
    http_port: Annotated[int, typer.Option(help="Of the JSON door; 0 takes a free one.")] = 9441,
    office: Annotated[
        str, typer.Option(help="The port of the pages, 0 takes a free one; or none.")
    ] = "9442",
    host: Annotated[str, typer.Option(help="Where the doors listen.")] = "127.0.0.1",
    tls_cert: Annotated[str, typer.Option(metavar="PEM", help="Certificate of the doors.")] = "",
    tls_key: Annotated[str, typer.Option(metavar="PEM", help="Its private key.")] = "",
    insecure: Annotated[bool, typer.Option(help="Let others in without TLS.")] = False,
) -> None:
    """Start a market with its doors and its crowd, and say what to type next.

    The options make a new hall; one that exists goes on as it stood. Ctrl-C stops in order.
    """
    from huiguan.floor.hall.settings import SETTINGS_NAME, HallSettings, check_reach, read_settings
    from huiguan.foundation.readers.values import natural

    token = ""
    wanted = HallSettings(
        host=host,
        binary_port=port,
        http_port=http_port,
        office=office != "none",
        office_port=9442 if office == "none" else natural(office, "--office", 0),
        tls_cert=tls_cert and str(Path(tls_cert).absolute()),
        tls_key=tls_key and str(Path(tls_key).absolute()),
        insecure=insecure,
        days=days,
        seed=seed,
    )
    check_reach(wanted, "up")
    if (data / SETTINGS_NAME).exists():
        say(f"up: the hall in {data} goes on where it stood")
    else:
        token = new_hall(data, clock, speed, crowd, products, wanted, quotes)
    settings = read_settings(data)
    raise typer.Exit(run_hall(data, settings, token))


def new_hall(
    folder: Path,
    clock: str,
    speed: str,
    crowd: str,
    products: str,
    wanted: HallSettings,
    quotes: Path | None = None,
) -> str:
    """Make a hall: its first day, its people, its keys; return the trader's key, shown once."""
    import msgspec

    from huiguan.floor.hall.settings import write_settings
    from huiguan.foundation.readers.values import natural
    from huiguan.storage.files import Files
    from huiguan.storage.lock import hold
    from huiguan.storage.market.day_folder import DayFolder
    from huiguan.storage.market.day_image import write_image
    from huiguan.storage.market.recorded.ticks import read_ticks

    if wanted.days not in ("auto", "hand"):
        raise InputFault(f"--days is auto or hand, not {wanted.days!r}")
    seed, people = wanted.seed, 0 if crowd == "none" else natural(crowd, "--crowd", 100)
    setting, fastest = clock_setting(clock, speed)
    record = None if quotes is None else read_ticks(quotes)
    with hold(folder, "up"):
        image = first_morning(setting, people, products, seed, record)
        root = folder / "days" / str(image.settings.trading_day)
        write_image(DayFolder(root).image, image, Files())
        begin_warehouse(folder / WAREHOUSE, image, seed)
        keys, tokens = make_keys(image.names.members, people)
        if record is not None:
            write_recording(folder, keys, image.names.trading_codes[-2], record)
        code = image.names.trading_codes[-1]
        token = keys.make(VISITOR, code[:4], codes=[code], session=VISITOR_SESSION)
        keys.write(folder)
        write_crowd(folder, seed, tokens, fastest=fastest)
        write_clock(folder, setting)
        write_settings(folder, msgspec.structs.replace(wanted, crowd=people))
    say(f"up: the key of {VISITOR} (trading code {code}), shown once: {token}")
    return token


def begin_warehouse(folder: Path, image: DayImage, seed: int) -> None:
    """Begin the warehouse of a new hall with invented warrants; one that is there is kept."""
    from huiguan.simulation.market.shelves import write_shelves
    from huiguan.storage.market.rulebooks.delivery import load_delivery_books

    if not folder.exists():
        count = write_shelves(folder, load_delivery_books(), image, seed)
        say(f"up: {count:,} invented warrants in {folder}")


def clock_setting(clock: str, speed: str) -> tuple[ClockSetting, bool]:
    """Return how the clock of a new hall goes, and whether as fast as the crowd."""
    from huiguan.floor.hall.clock import STEERED, ClockSetting, read_moment, read_speed

    if clock == "wall":
        if speed != "1":
            raise InputFault("real time has no --speed; begin at a moment with --clock")
        return ClockSetting(), False
    times, fastest = read_speed(speed)
    return ClockSetting(STEERED, read_moment(clock), times, fastest), fastest


def first_morning(
    setting: ClockSetting, people: int, products: str, seed: int, record: pl.DataFrame | None
) -> DayImage:
    """Return the image of the first trading day that begins after the clock's time.

    Its last code is the trader's; with a record the one before it quotes that. Raises
    ``InputFault`` where nothing of the record can stand in the book of the day.
    """
    from huiguan.floor.hall.clock import wall_ns
    from huiguan.simulation.market.image import first_image
    from huiguan.simulation.market.people import Size, size_of
    from huiguan.simulation.market.visitors import with_house, with_room, with_visitors
    from huiguan.simulation.recorded.ghosts import ticks_of
    from huiguan.storage.market.rulebooks.load import load_books

    say("up: reading the rulebooks")
    books = load_books()
    chosen = sorted(products.split(",") if products else books.products)
    size = size_of(len(chosen))
    if people:
        size = Size(members=size.members, codes=max(people, 100))
    day = first_trading_day(next(iter(books.calendars.values())), setting.now_ns or wall_ns())
    found = first_image(books, day, chosen, seed, size)
    image = found.image
    if record is not None:
        contracts = {image.names.instruments[tick.instrument] for tick in ticks_of(image, record)}
        image = with_house(image, contracts)
    image = with_room(with_visitors(image, 1), SESSIONS)
    say(
        f"up: {len(image.instruments)} contracts of {len(chosen)} products, "
        f"{len(image.trading_codes):,} trading codes, trading day {day}"
    )
    return image


def first_trading_day(calendar: Calendar, time_ns: int) -> int:
    """Return the trading day a moment belongs to: from 15:30 on the one after."""
    import datetime as dt

    from huiguan.foundation.calendars import EXCHANGE_OFFSET_NS, SECOND_NS, trading_day_after

    seconds = (time_ns + EXCHANGE_OFFSET_NS) // SECOND_NS
    date = dt.date(1970, 1, 1) + dt.timedelta(days=seconds // 86_400)
    before = date if seconds % 86_400 >= 15 * 3600 + 1800 else date - dt.timedelta(days=1)
    return trading_day_after(calendar, int(before.strftime("%Y%m%d")), 1)


def make_keys(members: list[str], people: int) -> tuple[Keys, dict[str, str]]:
    """Return the keys of a hall and the tokens of its crowd by session."""
    from huiguan.floor.hall.keys import KeyRight, Keys, token_of

    keys, tokens = Keys(), {}
    for row, member in enumerate(members if people else []):
        for making in range(2):
            session = 1 + 2 * row + making
            token = keys.make(
                f"crowd {member} {making}",
                member,
                session=session,
                rights=(KeyRight.TRADE, KeyRight.PACE),
                rate=CROWD_RATE,
            )
            tokens[str(session)] = token_of(token).hex()
    return keys, tokens


def write_crowd(folder: Path, seed: int, tokens: dict[str, str], *, fastest: bool) -> None:
    """Write what the crowd's process needs."""
    from huiguan.simulation.market.live import CrowdSettings

    frames, commands = (PACED_FRAMES, PACED_COMMANDS) if fastest else (CROWD_FRAMES, CROWD_COMMANDS)
    settings = CrowdSettings(seed=seed, frames=frames, commands=commands, tokens=tokens)
    write_secret(folder / CROWD_NAME, settings)


def write_recording(folder: Path, keys: Keys, code: str, record: pl.DataFrame) -> None:
    """Write the record, who quotes it, and the key of that house."""
    from huiguan.floor.hall.keys import KeyRight, token_of
    from huiguan.simulation.recorded.live import QUOTES_NAME, RECORDING_NAME, RecordingSettings
    from huiguan.storage.market.recorded.ticks import write_quotes

    rights = (KeyRight.TRADE, KeyRight.PACE)
    token = keys.make(
        HOUSE, code[:4], codes=[code], session=HOUSE_SESSION, rights=rights, rate=CROWD_RATE
    )
    settings = RecordingSettings(code=code, session=HOUSE_SESSION, token=token_of(token).hex())
    write_quotes(folder / QUOTES_NAME, record)
    write_secret(folder / RECORDING_NAME, settings)


def write_secret(path: Path, settings: object) -> None:
    """Write what a process of the hall needs, keys among it, for the owner of the hall only."""
    import msgspec

    from huiguan.storage.files import Files, write_file

    write_file(path, [msgspec.json.encode(settings), b"\n"], Files())
    path.chmod(0o600)


def write_clock(folder: Path, setting: ClockSetting) -> None:
    """Write how the clock of a new hall stands."""
    from huiguan.floor.hall.clock import CLOCK_NAME, Clock

    Clock(setting, folder / CLOCK_NAME).keep()


def run_hall(folder: Path, settings: HallSettings, token: str) -> int:
    """Start the processes of a hall and look after them; return the exit code of the floor.

    The office comes first: its pages say what the floor is doing while it starts.
    """
    from huiguan.floor.doors.json.serve import HTTP_DOOR_NAME
    from huiguan.floor.hall.serve import DOORS_NAME
    from huiguan.office.config.place import OFFICE_NAME
    from huiguan.storage.lock import hold

    with hold(folder, "up"):  # refused where a hall is up; then nothing is touched
        for name in (DOORS_NAME, HTTP_DOOR_NAME, OFFICE_NAME):
            (folder / name).unlink(missing_ok=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    beside = {"office": Beside("office", folder)} if settings.office else {}
    floor = start("floor", folder)
    try:
        if beside and wait_for(folder / OFFICE_NAME, beside["office"].process):
            say_address(folder)
        if not wait_for(folder / DOORS_NAME, floor):
            return floor.wait()
        for command in ("door", *liquidity(folder, settings)):
            beside[command] = Beside(command, folder)
        wait_for(folder / HTTP_DOOR_NAME, beside["door"].process)
        say_next_steps(folder, token)
        while floor.poll() is None:
            for process in beside.values():
                process.look_after(time.monotonic())
            time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        say("up: going down in order")
    finally:
        stop(floor, beside)
    return floor.wait()


def liquidity(folder: Path, settings: HallSettings) -> list[str]:
    """Return the processes of a hall that trade: its crowd, its recording, whichever it has."""
    from huiguan.simulation.recorded.live import RECORDING_NAME

    recorded = ["quotes"] if (folder / RECORDING_NAME).exists() else []
    return [*(["crowd"] if settings.crowd else []), *recorded]


class Beside:
    """A process beside the floor, started again when it stops: the sooner it fell, the later.

    One that was refused for good (it ends like a command with a wrong input) is left alone.
    """

    def __init__(self, command: str, folder: Path) -> None:
        """Start it."""
        self._command, self._folder = command, folder
        self._wait = RESTART_SECONDS
        self._again_at: float | None = None  # it is down until then
        self.is_left = False
        self._start(time.monotonic())

    def _start(self, now: float) -> None:
        self._began, self._again_at = now, None
        self.process = start(self._command, self._folder)

    def look_after(self, now: float) -> None:
        """Start it again when it is time to; ``now`` in seconds that never jump."""
        if self.is_left or (code := self.process.poll()) is None:
            return
        if self._again_at is None:
            self._fell(code, now)
        elif now >= self._again_at:
            self._start(now)

    def _fell(self, code: int, now: float) -> None:
        if code == InputFault.exit_code:
            self.is_left = True
            say(
                f"up: the {self._command} was refused and is not started again; what it said "
                "stands above: mend it, then `huiguan down` and `huiguan up`"
            )
            return
        if now - self._began > STEADY_SECONDS:
            self._wait = RESTART_SECONDS
        if self._wait == RESTART_SECONDS:
            say(f"up: the {self._command} stopped; it is started again")
        self._again_at = now + self._wait
        self._wait = min(2 * self._wait, LONGEST_WAIT_SECONDS)


def stop(floor: subprocess.Popen[bytes], beside: dict[str, Beside]) -> None:
    """Stop the processes of a hall: the floor in order, then those beside it."""
    if floor.poll() is None:
        floor.send_signal(signal.SIGINT)
    floor.wait()
    for process in (one.process for one in beside.values()):
        if process.poll() is None:
            process.terminate()
            process.wait()


def call_of(command: str, folder: Path) -> list[str]:
    """Return the call of a process of the hall by its name."""
    words = ["office", "serve"] if command == "office" else [command]
    return [sys.executable, "-m", "huiguan", *words, str(folder)]


def start(command: str, folder: Path) -> subprocess.Popen[bytes]:
    """Start a process of the hall; Ctrl-C reaches this one only, and its end ends that one."""
    words = [*call_of(command, folder), "--leash"]
    return subprocess.Popen(  # noqa: S603  our own words
        words, start_new_session=True, stdin=subprocess.PIPE
    )


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> bool:
    """Wait until a door is open; False: its process ended instead."""
    begun = time.monotonic()
    while not path.exists():
        if process.poll() is not None:
            return False
        if time.monotonic() - begun > READY_SECONDS:
            say("up: the doors are not open yet; what they wait for stands above")
            begun = time.monotonic()
        time.sleep(0.05)
    return True


def say_address(folder: Path) -> None:
    """Say where the pages are."""
    import msgspec

    from huiguan.office.config.place import OFFICE_NAME, OfficeOpen

    found = msgspec.json.decode((folder / OFFICE_NAME).read_bytes(), type=OfficeOpen)
    say(f"open: {found.url}")


def say_next_steps(folder: Path, token: str) -> None:
    """Say where the hall is and what to type next."""
    import msgspec

    from huiguan.floor.doors.json.serve import HTTP_DOOR_NAME, HttpDoorOpen

    door = folder / HTTP_DOOR_NAME
    if door.exists():
        url = msgspec.json.decode(door.read_bytes(), type=HttpDoorOpen).url
        say(f"up: programs ask at {url}, which says what there is")
    where = "" if folder == HALL else f" --data {folder}"
    say(f"up: open. Next, in another terminal: huiguan status{where}, huiguan clock step{where}")
    if token:
        say("up: a program connects with the key above; see clients/python/README.md")

"""Random stories of a journal (append, roll, crash, reopen), judged by the plain reader."""

import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from huiguan.foundation.hashing import ZERO_HASH
from huiguan.storage.journal.format import FrameHeader
from huiguan.storage.journal.recovery import segment_path
from huiguan.storage.journal.writer import Batch, Journal
from tests.models import plain_journal
from tests.recovery.journals import QuickFiles, create, folder_bytes, judge, rows

COUNT = st.integers(1, 12)
ACTIONS = st.one_of(
    st.tuples(st.just("append"), COUNT),
    st.tuples(st.just("submit"), COUNT),
    st.tuples(st.just("close"), st.none()),
    st.tuples(st.just("kill"), st.none()),
    st.tuples(st.just("kill before the acknowledgement"), COUNT),
    st.tuples(st.just("kill in the write"), st.tuples(COUNT, st.integers(1, 960), st.booleans())),
    st.tuples(st.just("kill in the roll"), st.integers(0, 191)),
    st.tuples(st.just("lead"), st.none()),
)


class Story:
    """The journal, and what it must hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = create(folder, 2048)
        self.commands: list[bytes] = []

    def append(self, count: int, *, pipelined: bool) -> None:
        journal, first = self.journal, self.journal.next_sequence
        assert first == len(self.commands) + 1
        batch = Batch(first, rows(first, count), journal.acknowledged.frame, b"h" * 32)
        write = journal.submit if pipelined else journal.append
        result = write(first, journal.term, batch)
        ack = result if isinstance(result, tuple) else result.result()
        assert ack == journal.acknowledged
        self._expect(first, count)
        assert ack.sequence == len(self.commands)

    def kill(self) -> None:
        self.journal._tail.release()
        self.journal._end_threads()

    def next_frame(self, count: int) -> bytes:
        """Return the bytes of the frame the killed writer was about to write."""
        journal = self.journal
        header = FrameHeader(
            count,
            journal.next_sequence,
            0,
            journal.acknowledged.frame + 1,
            journal.term,
            0,
            journal.acknowledged.chain_hash,
            ZERO_HASH,
        )
        payload = rows(journal.next_sequence, count).tobytes()
        return header.pack(memoryview(payload)) + payload

    def write(self, data: bytes) -> None:
        """Write behind the last frame, as far as the segment has room."""
        path = segment_path(self.folder, self.journal._tail.header.segment)
        content = path.read_bytes()
        at = self.journal._tail.offset
        path.write_bytes(content[:at] + data + content[at + len(data) :])

    def act(self, action: str, argument: object) -> None:
        if action in ("append", "submit"):
            self.append(argument, pipelined=action == "submit")
            return
        if action == "lead":
            self.journal.lead()
            return
        if action == "close":
            self.journal.close()
        else:
            self.kill()
            self.crash(action, argument)
        self.reopen()

    def crash(self, action: str, argument: object) -> None:
        if action == "kill before the acknowledgement":
            frame = self.next_frame(argument)
            if self.journal._tail.offset + len(frame) <= 2048:
                self.write(frame)
                self._expect(self.journal.next_sequence, argument)
        elif action == "kill in the write":
            count, arrived, start = argument
            frame = self.next_frame(count)
            arrived = min(arrived, len(frame) - 1)
            self.write(frame[:arrived] if start else bytes(arrived) + frame[arrived:])
        elif action == "kill in the roll":
            number = self.journal._tail.header.segment + 1
            torn = self.next_frame(1)[:argument]
            segment_path(self.folder, number).write_bytes(torn)

    def reopen(self) -> None:
        before = self.files()
        assert judge(*before) == (verdict := plain_journal.judge(*before))
        assert (verdict.refused, verdict.commands) == ("", self.commands)
        self.journal = Journal.open(self.folder, files=QuickFiles())
        after = folder_bytes(self.folder)
        self.kill()
        self.journal = Journal.open(self.folder, files=QuickFiles())
        assert folder_bytes(self.folder) == after, "a second opening changes nothing"
        verdict = plain_journal.judge(*self.files())
        assert (verdict.refused, verdict.torn, verdict.commands) == ("", None, self.commands)
        assert self.journal.acknowledged.chain_hash == verdict.chain

    def files(self) -> tuple[list[bytes], bytes]:
        content = folder_bytes(self.folder)
        return [data for name, data in content.items() if name != "witness"], content["witness"]

    def _expect(self, first: int, count: int) -> None:
        content = rows(first, count).tobytes()
        self.commands += [content[i : i + 64] for i in range(0, len(content), 64)]


@given(st.lists(ACTIONS, min_size=1, max_size=14))
@settings(max_examples=120, deadline=None)
@example([("append", 12), ("append", 12), ("kill in the roll", 0), ("append", 12)])
def test_stories(actions: list[tuple[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        story = Story(Path(name) / "journal")
        for action, argument in actions:
            story.act(action, argument)
        story.journal.close()
        story.reopen()
        story.journal.close()

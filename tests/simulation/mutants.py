"""The deliberate bugs: what each does, in one sentence, and the weather in which it is hunted."""

from tests.simulation.bugs import commits, decisions, messages
from tests.simulation.mutant import Mutant

REPEATS = {"event_repeated": 0.6, "fact_repeated": 0.6, "fact_repeated_late": 0.3}
DEATHS = {f"crash_{name}": 0.04 for name in ("before_commit", "after_commit", "after_publish", "before_ack", "mid_ack")}
ABORTS = {"transaction_aborted": 0.05, "commit_aborted": 0.1}
LOST_COMMITS = {"commit_lost": 0.2, "commit_never_answered": 1.0}
OWNERS = {"paused": 0.9, "killed": 0.2}
PAGED = {"crash_mid_pages": 0.2, "crash_after_commit": 0.03}
REDELIVERIES = DEATHS | {"ack_lost": 0.1, "connection_broken": 0.5}
SMS = {"killed": 0.9, "sms_unanswered": 0.5} | DEATHS

MUTANTS = (
    Mutant(
        "ack before commit",
        "A message is acknowledged before its batch is committed.",
        messages.ack_before_commit,
        DEATHS,
    ),
    Mutant(
        "publish before commit",
        "Events go out before the transaction that decides them.",
        messages.publish_before_commit,
    ),
    Mutant(
        "never resent",
        "What a predecessor committed and did not publish is not published.",
        messages.never_resent,
        DEATHS,
    ),
    Mutant(
        "sent before published",
        "Events are sent without waiting for the broker to say that it has them.",
        messages.sent_before_publication,
        {"broker_away": 0.6, "connection_broken": 0.6},
    ),
    Mutant(
        "inbox outside",
        "Inbox rows are written without the transaction's session.",
        commits.outside(commits.inbox_outside),
        DEATHS | ABORTS,
    ),
    Mutant(
        "states outside",
        "Aggregates are written without the transaction's session.",
        commits.outside(commits.states_outside),
        DEATHS | ABORTS,
    ),
    Mutant(
        "journal outside",
        "The journal is written without the transaction's session.",
        commits.outside(commits.journal_outside),
        DEATHS | ABORTS,
    ),
    Mutant(
        "letters outside",
        "The companion forgets the session of the transaction.",
        commits.letter_forgets_session,
        DEATHS | ABORTS,
    ),
    Mutant(
        "inbox expires",
        "The inbox forgets what is older than the last twenty positions.",
        commits.inbox_expires,
        REPEATS,
    ),
    Mutant(
        "duplicate key swallowed",
        "A duplicate key in the inbox is taken for no error.",
        commits.swallowed_duplicate_key,
        REPEATS,
    ),
    Mutant(
        "no fence", "A commit does not look how many commits its chain has seen.", commits.no_fence, OWNERS, replicas=2
    ),
    Mutant(
        "one member is enough",
        "Transactions commit with w:1.",
        commits.one_member_is_enough,
        {"primary_changed": 0.9} | DEATHS,
    ),
    Mutant(
        "unknown is done", "An unknown answer to a commit is taken for success.", commits.unknown_is_done, LOST_COMMITS
    ),
    Mutant("link skipped", "Every third journal document is not chained to the one before it.", commits.skipped_link),
    Mutant(
        "one by one stops",
        "After a refused batch only its first event is published.",
        messages.one_by_one_stops,
        {"stream_full": 0.5},
    ),
    Mutant(
        "refusal is done",
        "A batch that the broker refused is taken for stored.",
        messages.refusal_is_done,
        {"stream_full": 0.5},
    ),
    Mutant("new ids", "Each attempt to publish has an id of its own.", messages.new_ids),
    Mutant("no reset", "A new owner does not begin at the acknowledgement floor.", messages.no_reset, DEATHS),
    Mutant(
        "acks all", "A batch is acknowledged as a whole although only its beginning was handled.", messages.acks_all
    ),
    Mutant(
        "other content accepted",
        "The same id with another content counts as a duplicate.",
        decisions.same_id_other_content,
    ),
    Mutant(
        "pages begin again",
        "An interrupted walk begins again at its first page.",
        decisions.pages_forget_place,
        PAGED,
        page=1,
    ),
    Mutant(
        "page skips one", "The second page of a walk leaves out its first aggregate.", decisions.page_skips_one, page=1
    ),
    Mutant("correction lost", "A corrected premium changes nothing.", decisions.lost_correction),
    Mutant("attendance unshown", "Recorded attendance fulfils no duty.", decisions.unshown_attendance),
    Mutant("led nowhere", "A walk over a roster stops behind its first page.", decisions.led_nowhere, page=1),
    Mutant("parked forgotten", "What waits is not woken when its cause comes.", decisions.parked_forgotten),
    Mutant("poison dropped", "A message that cannot be read leaves no outcome.", decisions.poison_dropped),
    Mutant(
        "blind to its batch",
        "A message does not see what the one before it in its batch decided.",
        decisions.blind_to_its_batch,
    ),
    Mutant(
        "redelivery is news",
        "A redelivery is judged as a new message with a known id.",
        decisions.redelivery_is_news,
        REDELIVERIES,
    ),
    Mutant("one fen more", "The first posting of a line is one fen too much.", decisions.posted_twice),
    Mutant(
        "numbers from memory",
        "Lines are numbered by a counter of the process.",
        decisions.line_from_memory,
        DEATHS | ABORTS,
    ),
    Mutant("sent again", "What a stopped sender left `sending` is sent again.", messages.sends_again, SMS),
    Mutant("sending not noted", "A message goes out before it is noted that it does.", messages.sms_not_noted, SMS),
)

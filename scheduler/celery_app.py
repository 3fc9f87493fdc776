"""The heartbeat of large installations: the same tick and deliver as Celery tasks, with Redis between them.

Start at make_celery().
"""

from collections.abc import Callable

from celery import Celery

from scheduler.delivery import Courier
from scheduler.runner import BEAT_SECONDS, LOOK_SECONDS, TickingWorks
from scheduler.tick import queue_due

TICK, DELIVER = "assistant.tick", "assistant.deliver"


def make_celery(broker: str, assemble: Callable[[], TickingWorks]) -> Celery:
    """A Celery application with both tasks and their timetable.

    `assemble` puts the program together; it is called once in each process that runs tasks, at its first task.
    Any number of workers may run them, one beat is enough, and several do no harm.
    """
    celery = Celery("assistant", broker=broker)
    celery.conf.update(
        task_ignore_result=True, task_acks_late=True, task_serializer="json", accept_content=["json"],
        broker_connection_retry_on_startup=True, worker_hijack_root_logger=False, task_default_queue="assistant",
        # A beat that nobody took in time is dropped: the next one does its work.
        beat_schedule={TICK: {"task": TICK, "schedule": BEAT_SECONDS, "options": {"expires": BEAT_SECONDS}},
                       DELIVER: {"task": DELIVER, "schedule": LOOK_SECONDS, "options": {"expires": LOOK_SECONDS}}})
    made: list[tuple[TickingWorks, Courier]] = []

    def mine() -> tuple[TickingWorks, Courier]:
        if not made:
            works = assemble()
            made.append((works, Courier(works)))
        return made[0]

    @celery.task(name=TICK, shared=False)
    def tick_task() -> dict[str, int]:
        works, _ = mine()
        queued = queue_due(works, works.clock.now())
        if queued:
            celery.send_task(DELIVER)
        return {"queued": queued}

    @celery.task(name=DELIVER, shared=False)
    def deliver_task() -> dict[str, int]:
        works, courier = mine()
        now = works.clock.now
        return dict(courier.deliver(now, patience=0)) if courier.has_work(now()) else {}

    return celery

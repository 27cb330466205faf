"""Work in the background: rows are the truth, the broker is a doorbell.

An app describes a kind of job in its `tasks.py`::

    @handler("books.purge", lane="long", max_attempts=5)
    def purge(work: Work) -> None:
        book = book_to_purge(work.payload["book"], by=work.job.actor_id)  # rights are checked now; may raise Refused
        while contacts := next_contacts(book, after=work.cursor):
            with work.checkpoint(cursor=str(contacts[-1].pk)):  # one transaction: effects, cursor, lease
                erase(contacts)
            work.give_way()  # after ten seconds: the next job first, then on from the cursor

and enqueues it in the transaction of what it is about::

    enqueue("books.purge", organization_id=…, actor_id=user.pk, payload={"book": str(book.pk)}, key=str(book.pk))

What is written inside `checkpoint` or `finish` happens once, whatever dies; what is done outside them (a call to
another service) may happen again. `jobs.services`: `enqueue`, `cancel`, `retry`. `jobs.runner.run_here`: the same
work in the foreground. `Job.objects.oldest_due_age()`: the health of it all.
"""

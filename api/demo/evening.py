"""The day's end, by forms: rounds close, papers and money go back, returns begin, offices close; then the chain."""

from __future__ import annotations

from datetime import timedelta

from api.demo.morning import count_and_end
from api.demo.story import Story
from postal import Session, State, custody, desk, models, rounds
from postal.to_agency import returns, submission

_POST = {"giver_name": "Nguyễn Văn Thành", "giver_code": "BC-017"}
_AGENCY = {"receiver_name": "Lê Thị Hoài Thương", "receiver_position": "Cán bộ Bộ phận Một cửa"}
_N_INVITATIONS = 12


def close_rounds(story: Story) -> None:
    """Take everything undelivered back into the offices, and dossiers on to their agencies."""
    with story.step("18:30", "Khép chuyến, nhận lại bưu gửi chưa phát / rounds are closed") as say:
        post = story.at_desk("buuchinh")
        with story.services.database.read() as session:
            round_ids = [found.id for found in desk.published_rounds(session, story.house.clock.day)]
        for round_id in round_ids:
            with story.services.database.read() as session:
                codes, fields = _brought(session, round_id)
            if round_id in story.house.phones:  # the courier's count comes before the cashier's
                counted = {name: int(value) for name, value in fields.items()}
                story.house.phones[round_id].tell("/v1/courier/cash", counted)
            count_and_end(post, f"/staff/rounds/{round_id}/back", codes, **fields)
        n_dossiers = sum(_submit(story, agency_id) for agency_id in _agencies(story))
        say(f"{len(round_ids)} chuyến đã khép; {n_dossiers} hồ sơ nhận tại nhà đã nộp cho cơ quan")


def _brought(session: Session, round_id: int) -> tuple[list[str], dict[str, str]]:
    """Return what a courier lays on the counter: the pieces' codes, the money, the papers."""
    found = desk.delivery_round(session, round_id)
    items = [item for stop in found.stops for item in stop.consignment.items if item.state in rounds.TO_BRING_HOME]
    due = rounds.due_from_courier(session, found)
    counted = {"money_vnd": str(due["fees_vnd"]), "n_papers": str(due["n_taken_back"])}
    return [item.s10 or item.dossier_code for item in items], counted


def _agencies(story: Story) -> list[int]:
    with story.services.database.read() as session:
        return [office.id for office in desk.offices(session, models.OfficeKind.ISSUING)]


def _submit(story: Story, agency_id: int) -> int:
    with story.services.database.read() as session:
        codes = [item.dossier_code for item in submission.dossiers_for(session, agency_id)]
    if codes:
        count_and_end(story.at_desk("buuchinh"), f"/staff/agencies/{agency_id}/dossiers", codes, **_POST, **_AGENCY)
    return len(codes)


def give_back(story: Story) -> None:
    """Hand papers taken back and money collected to each agency, by receipt."""
    with story.step("18:40", "Trả cơ quan giấy tờ thu hồi và tiền thu hộ / papers and money go back") as say:
        post = story.at_desk("buuchinh")
        n_papers = fee_vnd = 0
        for agency_id in _agencies(story):
            with story.services.database.read() as session:
                owed = custody.owed_to(session, agency_id)
                codes, money_vnd = [one.item.s10 or "" for one in owed], sum(one.proof.fee_vnd for one in owed)
                n_papers += sum(len(one.proof.taken_back) for one in owed)
            if not codes:
                continue
            money = {"money_vnd": str(money_vnd)}
            handover_id = count_and_end(post, f"/staff/agencies/{agency_id}/papers", codes, **money, **_POST, **_AGENCY)
            fee_vnd += money_vnd
            paper = post.fetch(f"/staff/handovers/{handover_id}/receipt.pdf")
            story.keep(f"reverse-handover-{handover_id}.pdf", paper)
        said = f"{fee_vnd:,}".replace(",", ".")
        say(f"{n_papers} giấy tờ, {said} đ")


def begin_returns(story: Story) -> None:
    """Start what is due back, hand it to its agencies, and print the invitations of those who were not met."""
    with story.step("18:45", "Chuyển hoàn, giấy mời người vắng nhà / returns begin, invitations") as say:
        post = story.at_desk("buuchinh")
        with story.services.database.read() as session:
            n_due = len(returns.due_returns(session, now=story.services.now()))
        if n_due:
            post.get("/staff/giving-back")
            post.act("/staff/returns/start-due", sure="1")
        n_returned = sum(_hand_back(story, agency_id) for agency_id in _agencies(story))
        n_cards = _print_invitations(story)
        say(f"{n_due} bưu gửi bắt đầu chuyển hoàn, {n_returned} đã trả tận cơ quan; {n_cards} giấy mời")


def _hand_back(story: Story, agency_id: int) -> int:
    """Print an agency's list of returns and hand them over; return how many."""
    with story.services.database.read() as session:
        codes = [item.s10 or "" for item in returns.returning_items(session, agency_id)]
    if codes:
        post = story.at_desk("buuchinh")
        story.keep(f"return-list-{agency_id}.pdf", post.fetch(f"/staff/agencies/{agency_id}/returns.pdf"))
        count_and_end(post, f"/staff/agencies/{agency_id}/returns", codes, **_POST, **_AGENCY)
    return len(codes)


def _print_invitations(story: Story) -> int:
    missed = (State.AT_OFFICE, State.HELD)
    with story.services.database.read() as session:
        query = session.query(models.Item.consignment_id).filter(models.Item.state.in_(missed))
        ids = sorted({row[0] for row in query.filter(models.Item.n_attempts > 0)})
    n_cards = 0
    for consignment_id in ids:
        desk, path = story.at_desk("buuchinh"), f"/staff/consignments/{consignment_id}"
        # Whoever asked for another day is awaited and not invited: the page offers no card.
        if f"{path}/papers/invitation.pdf" in desk.get(path):
            story.keep(f"invitation-{consignment_id}.pdf", desk.fetch(f"{path}/papers/invitation.pdf"))
            n_cards += 1
        if n_cards == _N_INVITATIONS:
            break
    return n_cards


def look_at_late(story: Story) -> None:
    """Look three days later at what nobody has seen to, and write to one citizen whose result did not come in time."""
    with story.step("19:20", "Ba hôm sau: việc trễ hạn, thư xin lỗi / three days later: what is late") as say:
        clock = story.house.clock
        day = clock.move_to(clock() + timedelta(days=3)).date()
        story.house.let_nights_pass()
        clerks = story.at_desk("motcua")
        (story.house.out / "late.html").write_text(clerks.get("/staff/late"), encoding="utf-8")
        with story.services.database.read() as session:
            n_late = desk.late_counts(session, now=story.services.now()).n
            late = desk.late_items(session, now=story.services.now())
            first = next((line.item.consignment_id for line in late if line.promised_by is not None), None)
        if first is not None:
            clerks.get(f"/staff/consignments/{first}")
            letter = clerks.submit_for_file(
                f"/staff/consignments/{first}/apology.pdf",
                number="01/XL",
                reason="Chưa xếp được chuyến đến địa chỉ của Ông/Bà",
                due_on=clock.day.isoformat(),
                new_due_on=(day + timedelta(days=2)).isoformat(),
                signer_title="Phó Giám đốc Trung tâm",
                signer_name="Lê Thị Hoài Thương",
            )
            story.keep("apology.pdf", letter)
        say(f"{n_late} việc trễ trong danh sách; {int(first is not None)} thư xin lỗi")


def close_offices(story: Story) -> None:
    """Close every delivery office's day and print its report."""
    with story.step("18:50", "Khép ngày ở mọi bưu cục / every office closes its day") as say:
        day, post = story.house.clock.day.isoformat(), story.at_desk("buuchinh")
        with story.services.database.read() as session:
            offices = {office.id: office.code for office in desk.offices(session, models.OfficeKind.DELIVERY)}
        post.get("/staff/office-days")
        for office_id, code in offices.items():
            post.act(f"/staff/office-days/{office_id}/close", day=day, sure="1")
            report = post.fetch(f"/staff/offices/{office_id}/day-report.pdf?day={day}")
            story.keep(f"day-report-{code}.pdf", report)
        say(f"{len(offices)} bưu cục: không còn bưu gửi nào ở ngoài mà không rõ")


def check_chain(story: Story) -> None:
    """Sign the day's head, keep it apart from the database, and check the whole chain against it."""
    with story.step("19:10", "Ký mốc trong ngày, kiểm tra chuỗi bằng chứng / the chain is signed and checked") as say:
        say(story.run("verify", "--anchor", str(story.house.out / "heads")).strip().splitlines()[-1])

"""everyday records"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('calendar_feeds',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], name=op.f('fk_calendar_feeds_branch_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_calendar_feeds_person_id')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_calendar_feeds'))
    )
    with op.batch_alter_table('calendar_feeds', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_calendar_feeds_digest'), ['digest'], unique=False)

    op.create_table('console_sessions',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], name=op.f('fk_console_sessions_branch_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_console_sessions_person_id')),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_console_sessions'))
    )
    with op.batch_alter_table('console_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_console_sessions_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_console_sessions_seen_at'), ['seen_at'], unique=False)

    op.create_table('letters',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=8), nullable=False),
    sa.Column('sender_id', sa.Integer(), nullable=True),
    sa.Column('box', sa.Enum('leadership', 'discipline', name='letterbox', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=True),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('announce_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['answered_by'], ['people.id'], name=op.f('fk_letters_answered_by')),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], name=op.f('fk_letters_branch_id')),
    sa.ForeignKeyConstraint(['sender_id'], ['people.id'], name=op.f('fk_letters_sender_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letters')),
    sa.UniqueConstraint('branch_id', 'digest', name=op.f('uq_letters_branch_id_digest')),
    sa.UniqueConstraint('branch_id', 'number', name=op.f('uq_letters_branch_id_number'))
    )
    with op.batch_alter_table('letters', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_letters_announce_at'), ['announce_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_letters_sender_id'), ['sender_id'], unique=False)

    op.create_table('one_time_links',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=24), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], name=op.f('fk_one_time_links_branch_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_one_time_links_person_id')),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_one_time_links'))
    )
    with op.batch_alter_table('one_time_links', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_one_time_links_expires_at'), ['expires_at'], unique=False)

    op.create_table('passed_questions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('asker_id', sa.Integer(), nullable=True),
    sa.Column('named', sa.Boolean(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.Column('former', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['answered_by'], ['people.id'], name=op.f('fk_passed_questions_answered_by')),
    sa.ForeignKeyConstraint(['asker_id'], ['people.id'], name=op.f('fk_passed_questions_asker_id')),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], name=op.f('fk_passed_questions_branch_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passed_questions')),
    sa.UniqueConstraint('branch_id', 'number', name=op.f('uq_passed_questions_branch_id_number'))
    )
    with op.batch_alter_table('passed_questions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passed_questions_branch_id_answered_at'), ['branch_id', 'answered_at'], unique=False)

    op.create_table('receipts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], name=op.f('fk_receipts_branch_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_receipts_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receipts')),
    sa.UniqueConstraint('subject', 'person_id', name=op.f('uq_receipts_subject_person_id'))
    )
    op.create_table('study_records',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('studied_on', sa.Date(), nullable=False),
    sa.Column('book', sa.String(length=100), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('copy', sa.Integer(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.Integer(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], name=op.f('fk_study_records_branch_id')),
    sa.ForeignKeyConstraint(['entered_by'], ['people.id'], name=op.f('fk_study_records_entered_by')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_study_records_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_study_records')),
    sa.UniqueConstraint('person_id', 'studied_on', 'digest', 'copy', name=op.f('uq_study_records_person_id_studied_on_digest_copy'))
    )
    with op.batch_alter_table('study_records', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_study_records_branch_id_studied_on'), ['branch_id', 'studied_on'], unique=False)

    op.create_table('undo_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], name=op.f('fk_undo_steps_branch_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_undo_steps_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_undo_steps'))
    )
    with op.batch_alter_table('undo_steps', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_undo_steps_person_id_at'), ['person_id', 'at'], unique=False)

    op.create_table('letter_keys',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=False),
    sa.Column('letter_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], name=op.f('fk_letter_keys_branch_id')),
    sa.ForeignKeyConstraint(['letter_id'], ['letters.id'], name=op.f('fk_letter_keys_letter_id')),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_letter_keys')),
    sqlite_with_rowid=False
    )
    op.create_table('rsvps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=False),
    sa.Column('activity_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('coming', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['activity_id'], ['activities.id'], name=op.f('fk_rsvps_activity_id')),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], name=op.f('fk_rsvps_branch_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_rsvps_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rsvps')),
    sa.UniqueConstraint('activity_id', 'person_id', name=op.f('uq_rsvps_activity_id_person_id'))
    )
    with op.batch_alter_table('broadcasts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('wants_receipt', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('about', sa.String(length=80), server_default='', nullable=False))

"""All tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.execute(sa.schema.CreateSequence(sa.Sequence('complaint_number', start=1)))
    op.execute(sa.schema.CreateSequence(sa.Sequence('key_block', start=1)))
    op.create_table('audit_entry',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=True),
    sa.Column('instance_key', sa.BigInteger(), nullable=True),
    sa.Column('business_id', sa.Text(), nullable=True),
    sa.Column('details', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_audit_entry'))
    )
    op.create_index('ix_audit_entry_at', 'audit_entry', ['at'], unique=False)
    op.create_index('ix_audit_entry_business', 'audit_entry', ['business_id', 'key'], unique=False)
    op.create_index('ix_audit_entry_instance', 'audit_entry', ['instance_key', 'key'], unique=False)
    op.create_table('complaint',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('tracking_digest', sa.LargeBinary(), nullable=False),
    sa.Column('instance_key', sa.BigInteger(), nullable=True),
    sa.Column('feedback', sa.Text(), server_default=sa.text("'complaint'"), nullable=False),
    sa.Column('origin', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('regime', sa.Text(), nullable=False),
    sa.Column('anonymous', sa.Boolean(), nullable=False),
    sa.Column('may_disclose', sa.Boolean(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('product_or_service', sa.Text(), nullable=True),
    sa.Column('order_reference', sa.Text(), nullable=True),
    sa.Column('problem_date', sa.Date(), nullable=True),
    sa.Column('remedy_sought', sa.Text(), nullable=True),
    sa.Column('category', sa.Text(), nullable=True),
    sa.Column('severity', sa.Text(), nullable=True),
    sa.Column('safety', sa.Boolean(), nullable=True),
    sa.Column('complexity', sa.Text(), nullable=True),
    sa.Column('impact', sa.Text(), nullable=True),
    sa.Column('immediate_action', sa.Text(), nullable=True),
    sa.Column('priority', sa.Text(), nullable=True),
    sa.Column('team', sa.Text(), nullable=True),
    sa.Column('decision', sa.Text(), nullable=True),
    sa.Column('remedy', sa.Text(), nullable=True),
    sa.Column('remedy_amount', sa.Numeric(precision=14, scale=2), nullable=True),
    sa.Column('remedy_cost', sa.Numeric(precision=14, scale=2), nullable=True),
    sa.Column('remedy_done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('review_outcome', sa.Text(), nullable=True),
    sa.Column('response', sa.Text(), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('cause', sa.Text(), nullable=True),
    sa.Column('systemic', sa.Text(), nullable=True),
    sa.Column('action_needed', sa.Boolean(), nullable=True),
    sa.Column('escalation_level', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('survey_open', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_by', sa.Text(), nullable=False),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('clocks', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('rev', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_complaint')),
    sa.UniqueConstraint('reference', name=op.f('uq_complaint_reference')),
    sa.UniqueConstraint('tracking_digest', name=op.f('uq_complaint_tracking_digest'))
    )
    op.create_index(op.f('ix_complaint_instance_key'), 'complaint', ['instance_key'], unique=False)
    op.create_index('ix_complaint_open', 'complaint', ['team', 'priority'], unique=False, postgresql_where=sa.text('closed_at IS NULL'))
    op.create_index('ix_complaint_received', 'complaint', ['received_at', 'key'], unique=False)
    op.create_index('ix_complaint_status', 'complaint', ['status', 'key'], unique=False)
    op.create_table('decision_instance',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('instance_key', sa.BigInteger(), nullable=False),
    sa.Column('element_instance_key', sa.BigInteger(), nullable=False),
    sa.Column('element_id', sa.Text(), nullable=False),
    sa.Column('decision_id', sa.Text(), nullable=False),
    sa.Column('evaluated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('trace', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_decision_instance'))
    )
    op.create_index(op.f('ix_decision_instance_instance_key'), 'decision_instance', ['instance_key'], unique=False)
    op.create_table('deployment',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('deployed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deployed_by', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_deployment')),
    sa.UniqueConstraint('number', name=op.f('uq_deployment_number'))
    )
    op.create_table('element_instance',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('instance_key', sa.BigInteger(), nullable=False),
    sa.Column('definition_key', sa.BigInteger(), nullable=False),
    sa.Column('process_id', sa.Text(), nullable=False),
    sa.Column('element_id', sa.Text(), nullable=False),
    sa.Column('element_name', sa.Text(), nullable=True),
    sa.Column('element_type', sa.Text(), nullable=False),
    sa.Column('scope_key', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_element_instance'))
    )
    op.create_index('ix_element_instance_active', 'element_instance', ['definition_key', 'element_id'], unique=False, postgresql_where=sa.text("state = 'ACTIVE'"))
    op.create_index('ix_element_instance_of', 'element_instance', ['instance_key', 'key'], unique=False)
    op.create_table('idempotency',
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('operation', sa.Text(), nullable=False),
    sa.Column('idempotency_key', sa.Text(), nullable=False),
    sa.Column('body_hash', sa.LargeBinary(), nullable=False),
    sa.Column('result', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('actor', 'operation', 'idempotency_key', name=op.f('pk_idempotency'))
    )
    op.create_index(op.f('ix_idempotency_created_at'), 'idempotency', ['created_at'], unique=False)
    op.create_table('incident',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('instance_key', sa.BigInteger(), nullable=True),
    sa.Column('definition_key', sa.BigInteger(), nullable=True),
    sa.Column('process_id', sa.Text(), nullable=True),
    sa.Column('element_instance_key', sa.BigInteger(), nullable=True),
    sa.Column('element_id', sa.Text(), nullable=True),
    sa.Column('job_key', sa.BigInteger(), nullable=True),
    sa.Column('timer_key', sa.BigInteger(), nullable=True),
    sa.Column('business_id', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_by', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_incident'))
    )
    op.create_index('ix_incident_element', 'incident', ['element_instance_key'], unique=False, postgresql_where=sa.text("state = 'ACTIVE'"))
    op.create_index('ix_incident_instance', 'incident', ['instance_key', 'state'], unique=False)
    op.create_index('ix_incident_job', 'incident', ['job_key'], unique=False, postgresql_where=sa.text("state = 'ACTIVE'"))
    op.create_index('ix_incident_open', 'incident', ['created_at'], unique=False, postgresql_where=sa.text("state = 'ACTIVE'"))
    op.create_table('job',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('job_type', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('retries', sa.Integer(), nullable=False),
    sa.Column('available_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('worker', sa.Text(), nullable=True),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('instance_key', sa.BigInteger(), nullable=True),
    sa.Column('element_instance_key', sa.BigInteger(), nullable=True),
    sa.Column('definition_key', sa.BigInteger(), nullable=True),
    sa.Column('process_id', sa.Text(), nullable=True),
    sa.Column('element_id', sa.Text(), nullable=True),
    sa.Column('business_id', sa.Text(), nullable=True),
    sa.Column('headers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('variables', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('error_message', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_job'))
    )
    op.create_index('ix_job_element', 'job', ['element_instance_key'], unique=False)
    op.create_index('ix_job_instance', 'job', ['instance_key'], unique=False)
    op.create_index('ix_job_queue', 'job', ['job_type', 'available_at'], unique=False, postgresql_where=sa.text("state = 'CREATED' AND retries > 0"))
    op.create_table('message',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('correlation_key', sa.Text(), nullable=False),
    sa.Column('message_id', sa.Text(), nullable=True),
    sa.Column('variables', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_message'))
    )
    op.create_index('ix_message_expiry', 'message', ['expires_at'], unique=False)
    op.create_index('ix_message_match', 'message', ['name', 'correlation_key'], unique=False)
    op.create_index('uq_message_id', 'message', ['name', 'correlation_key', 'message_id'], unique=True, postgresql_where=sa.text('message_id IS NOT NULL'))
    op.create_table('message_correlation',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('message_key', sa.BigInteger(), nullable=False),
    sa.Column('process_id', sa.Text(), nullable=False),
    sa.Column('instance_key', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_message_correlation')),
    sa.UniqueConstraint('message_key', 'process_id', name=op.f('uq_message_correlation_message_key_process_id'))
    )
    op.create_table('message_subscription',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('instance_key', sa.BigInteger(), nullable=False),
    sa.Column('definition_key', sa.BigInteger(), nullable=False),
    sa.Column('process_id', sa.Text(), nullable=False),
    sa.Column('element_instance_key', sa.BigInteger(), nullable=False),
    sa.Column('element_id', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('correlation_key', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_message_subscription')),
    sa.UniqueConstraint('element_instance_key', 'position', name=op.f('uq_message_subscription_element_instance_key_position'))
    )
    op.create_index('ix_message_subscription_instance', 'message_subscription', ['instance_key'], unique=False)
    op.create_index('ix_message_subscription_match', 'message_subscription', ['name', 'correlation_key'], unique=False)
    op.create_table('person',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('username', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('password_hash', sa.Text(), nullable=True),
    sa.Column('groups', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('locale', sa.Text(), nullable=True),
    sa.Column('active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_person')),
    sa.UniqueConstraint('username', name=op.f('uq_person_username'))
    )
    op.create_table('pinned_clock',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('pinned_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pinned_clock'))
    )
    op.create_table('read_entry',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('part', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_read_entry'))
    )
    op.create_index('ix_read_entry_subject', 'read_entry', ['subject', 'key'], unique=False)
    op.create_table('signal_subscription',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('instance_key', sa.BigInteger(), nullable=False),
    sa.Column('element_instance_key', sa.BigInteger(), nullable=False),
    sa.Column('element_id', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_signal_subscription')),
    sa.UniqueConstraint('element_instance_key', 'position', name=op.f('uq_signal_subscription_element_instance_key_position'))
    )
    op.create_index('ix_signal_subscription_instance', 'signal_subscription', ['instance_key'], unique=False)
    op.create_index('ix_signal_subscription_name', 'signal_subscription', ['name'], unique=False)
    op.create_table('timer',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('instance_key', sa.BigInteger(), nullable=False),
    sa.Column('definition_key', sa.BigInteger(), nullable=False),
    sa.Column('process_id', sa.Text(), nullable=False),
    sa.Column('element_instance_key', sa.BigInteger(), nullable=False),
    sa.Column('element_id', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retry_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('repetitions_left', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_timer')),
    sa.UniqueConstraint('element_instance_key', 'position', name=op.f('uq_timer_element_instance_key_position'))
    )
    op.create_index('ix_timer_due', 'timer', ['retry_at'], unique=False)
    op.create_index('ix_timer_instance', 'timer', ['instance_key'], unique=False)
    op.create_table('user_task',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('element_instance_key', sa.BigInteger(), nullable=False),
    sa.Column('instance_key', sa.BigInteger(), nullable=False),
    sa.Column('definition_key', sa.BigInteger(), nullable=False),
    sa.Column('process_id', sa.Text(), nullable=False),
    sa.Column('element_id', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('business_id', sa.Text(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('assignee', sa.Text(), nullable=True),
    sa.Column('candidate_groups', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('candidate_users', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('form_id', sa.Text(), nullable=True),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('follow_up_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('completed_by', sa.Text(), nullable=True),
    sa.Column('rev', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_user_task'))
    )
    op.create_index('ix_user_task_assignee', 'user_task', ['assignee', 'priority', 'key'], unique=False, postgresql_where=sa.text("state = 'CREATED'"))
    op.create_index('ix_user_task_due', 'user_task', ['due_at'], unique=False, postgresql_where=sa.text("state = 'CREATED'"))
    op.create_index('ix_user_task_element', 'user_task', ['element_instance_key'], unique=True)
    op.create_index('ix_user_task_groups', 'user_task', ['candidate_groups'], unique=False, postgresql_using='gin', postgresql_where=sa.text("state = 'CREATED'"))
    op.create_index('ix_user_task_instance', 'user_task', ['instance_key', 'key'], unique=False)
    op.create_table('variable',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('instance_key', sa.BigInteger(), nullable=False),
    sa.Column('scope_key', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('value', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_variable')),
    sa.UniqueConstraint('scope_key', 'name', name=op.f('uq_variable_scope_key_name'))
    )
    op.create_index(op.f('ix_variable_instance_key'), 'variable', ['instance_key'], unique=False)
    op.create_table('attachment',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('complaint_key', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('content_type', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['complaint_key'], ['complaint.key'], name=op.f('fk_attachment_complaint_key')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_attachment'))
    )
    op.create_index('ix_attachment_of', 'attachment', ['complaint_key', 'key'], unique=False)
    op.create_table('case_note',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('complaint_key', sa.BigInteger(), nullable=False),
    sa.Column('task_key', sa.BigInteger(), nullable=True),
    sa.Column('element_id', sa.Text(), nullable=False),
    sa.Column('field', sa.Text(), nullable=False),
    sa.Column('value', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['complaint_key'], ['complaint.key'], name=op.f('fk_case_note_complaint_key')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_case_note'))
    )
    op.create_index('ix_case_note_of', 'case_note', ['complaint_key', 'field', 'key'], unique=False)
    op.create_table('complaint_change',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('complaint_key', sa.BigInteger(), nullable=False),
    sa.Column('field', sa.Text(), nullable=False),
    sa.Column('old', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('new', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['complaint_key'], ['complaint.key'], name=op.f('fk_complaint_change_complaint_key')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_complaint_change'))
    )
    op.create_index('ix_complaint_change_of', 'complaint_change', ['complaint_key', 'key'], unique=False)
    op.create_table('correspondence',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('complaint_key', sa.BigInteger(), nullable=False),
    sa.Column('direction', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('delivery', sa.Text(), nullable=False),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('delivery_result', sa.Text(), nullable=True),
    sa.Column('message_id', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['complaint_key'], ['complaint.key'], name=op.f('fk_correspondence_complaint_key')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_correspondence')),
    sa.UniqueConstraint('message_id', name=op.f('uq_correspondence_message_id'))
    )
    op.create_index('ix_correspondence_of', 'correspondence', ['complaint_key', 'key'], unique=False)
    op.create_index('ix_correspondence_undelivered', 'correspondence', ['key'], unique=False, postgresql_where=sa.text("delivery IN ('waiting', 'failed')"))
    op.create_table('deadline',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('complaint_key', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('round', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('met_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('limit', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('derivation', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['complaint_key'], ['complaint.key'], name=op.f('fk_deadline_complaint_key')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_deadline'))
    )
    op.create_index('ix_deadline_open', 'deadline', ['due_at'], unique=False, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_index('uq_deadline_round', 'deadline', ['complaint_key', 'kind', 'round'], unique=True)
    op.create_table('party',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('complaint_key', sa.BigInteger(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('organisation', sa.Text(), nullable=True),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('postcode', sa.Text(), nullable=True),
    sa.Column('town', sa.Text(), nullable=True),
    sa.Column('country', sa.Text(), nullable=True),
    sa.Column('authority', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['complaint_key'], ['complaint.key'], name=op.f('fk_party_complaint_key')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_party'))
    )
    op.create_index('ix_party_email', 'party', ['email'], unique=False)
    op.create_index('ix_party_of', 'party', ['complaint_key', 'role'], unique=False)
    op.create_table('resource',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('deployment_key', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['deployment_key'], ['deployment.key'], name=op.f('fk_resource_deployment_key')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_resource'))
    )
    op.create_index(op.f('ix_resource_deployment_key'), 'resource', ['deployment_key'], unique=False)
    op.create_table('survey_answer',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('complaint_key', sa.BigInteger(), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('answer', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['complaint_key'], ['complaint.key'], name=op.f('fk_survey_answer_complaint_key')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_survey_answer')),
    sa.UniqueConstraint('complaint_key', 'question', name=op.f('uq_survey_answer_complaint_key_question'))
    )
    op.create_table('timeline',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('complaint_key', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('event', sa.Text(), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('details', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['complaint_key'], ['complaint.key'], name=op.f('fk_timeline_complaint_key')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_timeline'))
    )
    op.create_index('ix_timeline_of', 'timeline', ['complaint_key', 'key'], unique=False)
    op.create_table('token',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('person_key', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('scopes', postgresql.ARRAY(sa.Text()), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_key'], ['person.key'], name=op.f('fk_token_person_key')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_token')),
    sa.UniqueConstraint('digest', name=op.f('uq_token_digest'))
    )
    op.create_index(op.f('ix_token_person_key'), 'token', ['person_key'], unique=False)
    op.create_table('decision_definition',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('decision_id', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('resource_key', sa.BigInteger(), nullable=False),
    sa.Column('resource_name', sa.Text(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('deployment_key', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['deployment_key'], ['deployment.key'], name=op.f('fk_decision_definition_deployment_key')),
    sa.ForeignKeyConstraint(['resource_key'], ['resource.key'], name=op.f('fk_decision_definition_resource_key')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_decision_definition')),
    sa.UniqueConstraint('decision_id', 'version', name=op.f('uq_decision_definition_decision_id_version'))
    )
    op.create_index(op.f('ix_decision_definition_deployment_key'), 'decision_definition', ['deployment_key'], unique=False)
    op.create_table('form_definition',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('form_id', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('resource_key', sa.BigInteger(), nullable=False),
    sa.Column('resource_name', sa.Text(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('deployment_key', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['deployment_key'], ['deployment.key'], name=op.f('fk_form_definition_deployment_key')),
    sa.ForeignKeyConstraint(['resource_key'], ['resource.key'], name=op.f('fk_form_definition_resource_key')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_form_definition')),
    sa.UniqueConstraint('form_id', 'version', name=op.f('uq_form_definition_form_id_version'))
    )
    op.create_index(op.f('ix_form_definition_deployment_key'), 'form_definition', ['deployment_key'], unique=False)
    op.create_table('process_definition',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('process_id', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('version_tag', sa.Text(), nullable=True),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('resource_key', sa.BigInteger(), nullable=False),
    sa.Column('resource_name', sa.Text(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('deployment_key', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['deployment_key'], ['deployment.key'], name=op.f('fk_process_definition_deployment_key')),
    sa.ForeignKeyConstraint(['resource_key'], ['resource.key'], name=op.f('fk_process_definition_resource_key')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_process_definition')),
    sa.UniqueConstraint('process_id', 'version', name=op.f('uq_process_definition_process_id_version'))
    )
    op.create_index(op.f('ix_process_definition_deployment_key'), 'process_definition', ['deployment_key'], unique=False)
    op.create_table('process_instance',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('definition_key', sa.BigInteger(), nullable=False),
    sa.Column('process_id', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('business_id', sa.Text(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('rev', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('started_by', sa.Text(), nullable=False),
    sa.Column('snapshot', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['definition_key'], ['process_definition.key'], name=op.f('fk_process_instance_definition_key')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_process_instance')),
    postgresql_with={'fillfactor': 80}
    )
    op.create_index('ix_process_instance_business', 'process_instance', ['business_id'], unique=False)
    op.create_index('ix_process_instance_definition', 'process_instance', ['definition_key', 'state'], unique=False)
    op.create_index('ix_process_instance_process', 'process_instance', ['process_id', 'state'], unique=False)

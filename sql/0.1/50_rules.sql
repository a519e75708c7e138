--
-- Rules.
--

-- The rules with the names of their tables taken apart.
CREATE VIEW qsrepl._rule_names AS
	SELECT r.*, (pg_catalog.parse_ident(r.relation))[1] AS schema_name, (pg_catalog.parse_ident(r.relation))[2] AS table_name
	FROM qsrepl.rule r;

-- All stored columns that a rule covers, those of partitions and children too.
CREATE VIEW qsrepl._ruled_columns AS
	WITH RECURSIVE tree AS (
		SELECT r.relation, r."column", r.form, c.oid AS relid, 0 AS depth
		FROM qsrepl._rule_names r
			JOIN pg_catalog.pg_namespace n ON n.nspname = r.schema_name
			JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = r.table_name
		UNION ALL
		SELECT t.relation, t."column", t.form, i.inhrelid, t.depth + 1
		FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.relid
	)
	SELECT DISTINCT ON (t.relid, a.attnum)
		t.relation, t."column", t.form, t.relid, a.attnum, a.atttypid, a.atttypmod,
		pg_catalog.format('%s.%I', t.relation, t."column") AS rule
	FROM tree t
		JOIN pg_catalog.pg_class c ON c.oid = t.relid AND c.relkind = 'r'
		JOIN pg_catalog.pg_attribute a
			ON a.attrelid = t.relid AND a.attname = t."column" AND a.attnum > 0 AND NOT a.attisdropped
	ORDER BY t.relid, a.attnum, t.depth;

CREATE FUNCTION qsrepl._relation_name(relid oid) RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
	SELECT format('%I.%I', n.nspname, c.relname)
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relid;
$$;

-- What a rule on a column of this type is about: text, json, or null.
CREATE FUNCTION qsrepl._type_class(atttypid oid) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT CASE
		WHEN atttypid IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype,
			'text[]'::regtype, 'varchar[]'::regtype, 'bpchar[]'::regtype) THEN 'text'
		WHEN atttypid IN ('json'::regtype, 'jsonb'::regtype) THEN 'json'
	END;
$$;

-- Is the column in a partition key anywhere in the table's tree? Of a key with
-- expressions the text is searched, which may refuse one too many.
CREATE FUNCTION qsrepl._in_partition_key(relid oid, col text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
	WITH RECURSIVE up AS (
		SELECT relid AS oid
		UNION SELECT i.inhparent FROM up JOIN pg_inherits i ON i.inhrelid = up.oid
	), tree AS (
		SELECT oid FROM up
		UNION SELECT i.inhrelid FROM tree JOIN pg_inherits i ON i.inhparent = tree.oid
	)
	SELECT EXISTS (
		SELECT FROM tree JOIN pg_partitioned_table p ON p.partrelid = tree.oid
		WHERE EXISTS (SELECT FROM pg_attribute a
				WHERE a.attrelid = tree.oid AND a.attname = col AND a.attnum = ANY (p.partattrs::int2[]))
			OR (p.partexprs IS NOT NULL AND position(col IN pg_get_partkeydef(tree.oid)) > 0));
$$;

-- Why a rule cannot stand on a column: an errcode, message, detail, hint.
CREATE FUNCTION qsrepl._rule_refusal(relid oid, col text, form text,
	OUT code text, OUT message text, OUT detail text, OUT hint text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	rel	record;
	att	pg_attribute;
	class text;
BEGIN
	SELECT c.relkind, c.relpersistence, n.nspname, c.relname INTO rel
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relid;
	SELECT a.* INTO att FROM pg_attribute a
	WHERE a.attrelid = relid AND a.attname = col AND NOT a.attisdropped;
	class := qsrepl._type_class(att.atttypid);
	IF form IS NULL OR form NOT IN ('path', 'host', 'text', 'value') THEN
		code := 'invalid_parameter_value';
		message := format('form "%s" is not recognized', form);
		hint := 'The forms are path, host, text and value.';
	ELSIF rel.relkind NOT IN ('r', 'p') OR rel.relpersistence = 't' OR rel.nspname IN ('qsrepl', 'pg_catalog', 'information_schema') THEN
		code := 'wrong_object_type';
		message := format('"%s" cannot have rules', rel.relname);
		detail := 'Rules are for ordinary and partitioned tables of the application.';
	ELSIF att.attnum IS NULL OR att.attnum < 0 THEN
		code := 'undefined_column';
		message := format('column "%s" of table "%s" does not exist', col, rel.relname);
		hint := 'Names are case-sensitive: give the column as it is spelled in the table.';
	ELSIF att.attgenerated <> '' THEN
		code := 'invalid_column_definition';
		message := format('column "%s" of table "%s" is generated', col, rel.relname);
		hint := 'Add the rule to the column it is generated from.';
	ELSIF class IS NULL THEN
		code := 'datatype_mismatch';
		message := format('column "%s" of table "%s" has type %s, which cannot be rewritten', col, rel.relname,
			format_type(att.atttypid, att.atttypmod));
		detail := 'Rules are for text, character varying, character, arrays of these, json and jsonb.';
	ELSIF class = 'json' AND form <> 'text' THEN
		code := 'invalid_parameter_value';
		message := format('column "%s" of table "%s" needs form text', col, rel.relname);
		detail := format('Its type is %s.', format_type(att.atttypid, att.atttypmod));
	ELSIF EXISTS (SELECT FROM pg_constraint c
		WHERE c.conrelid = relid AND c.contype IN ('u', 'x') AND c.condeferrable AND att.attnum = ANY (c.conkey)) THEN
		code := 'feature_not_supported';
		message := format('column "%s" of table "%s" is in a deferrable constraint', col, rel.relname);
		detail := 'In replication and in localize() nobody would check it later.';
	ELSIF qsrepl._in_partition_key(relid, col) THEN
		code := 'feature_not_supported';
		message := format('column "%s" of table "%s" is part of the partition key', col, rel.relname);
		detail := 'A rewritten row would belong to another partition.';
	END IF;
END $$;

-- Which objects the rules mean now; see _follow_ddl().
CREATE FUNCTION qsrepl._remember_objects() RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
	DELETE FROM qsrepl._rule_object o
	WHERE NOT EXISTS (SELECT FROM qsrepl.rule r WHERE r.relation = o.relation AND r."column" = o."column");
	INSERT INTO qsrepl._rule_object AS o (relation, "column", relid, attnum)
	SELECT r.relation, r."column", c.oid, a.attnum
	FROM qsrepl._rule_names r
		JOIN pg_namespace n ON n.nspname = r.schema_name
		JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = r.table_name AND c.relkind IN ('r', 'p')
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = r."column" AND NOT a.attisdropped
	ON CONFLICT (relation, "column") DO UPDATE SET relid = excluded.relid, attnum = excluded.attnum
		WHERE o.relid <> excluded.relid OR o.attnum <> excluded.attnum;
$$;

CREATE FUNCTION qsrepl.add_rule(relation regclass, "column" text, form text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET session_replication_role = origin SET quote_all_identifiers = off AS $$
DECLARE
	refusal record;
BEGIN
	IF relation IS NULL OR "column" IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
			MESSAGE = 'a rule needs a table and a column';
	END IF;
	SELECT * INTO refusal FROM qsrepl._rule_refusal(add_rule.relation, add_rule."column", add_rule.form);
	IF refusal.code IS NOT NULL THEN
		PERFORM qsrepl._raise(refusal.code, refusal.message, refusal.detail, refusal.hint);
	END IF;
	INSERT INTO qsrepl.rule AS r (relation, "column", form)
	VALUES (qsrepl._relation_name(add_rule.relation), add_rule."column", add_rule.form)
	ON CONFLICT ON CONSTRAINT rule_pkey DO UPDATE SET form = excluded.form, profile = NULL
		WHERE r.form <> excluded.form;
	PERFORM qsrepl._remember_objects();
	PERFORM qsrepl._sync_triggers(true);
	PERFORM qsrepl._note('rule added', format('%s.%I %s', add_rule.relation, add_rule."column", add_rule.form));
END $$;
COMMENT ON FUNCTION qsrepl.add_rule IS 'have a column rewritten, in this form';

-- By text, since the table may be gone: as it stands in qsrepl.rule, or
-- without its schema where that is unambiguous.
CREATE FUNCTION qsrepl.drop_rule(relation text, "column" text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET session_replication_role = origin SET quote_all_identifiers = off AS $$
DECLARE
	found_in text[];
BEGIN
	SELECT array_agg(r.relation) INTO found_in FROM qsrepl.rule r
	WHERE r."column" = drop_rule."column"
		AND (r.relation = drop_rule.relation
			OR right(r.relation, length(drop_rule.relation) + 1) = '.' || drop_rule.relation
			OR right(r.relation, length(quote_ident(drop_rule.relation)) + 1) = '.' || quote_ident(drop_rule.relation));
	IF found_in IS NULL THEN
		PERFORM qsrepl._raise('undefined_object',
			format('column "%s" of %s has no rule', "column", relation), NULL, 'See the table qsrepl.rule.');
	ELSIF cardinality(found_in) > 1 AND relation <> ALL (found_in) THEN
		PERFORM qsrepl._raise('ambiguous_alias',
			format('%s may mean several tables', relation), array_to_string(found_in, ', ') || '.',
			'Give the schema too.');
	END IF;
	DELETE FROM qsrepl.rule r
	WHERE r."column" = drop_rule."column"
		AND r.relation = CASE WHEN drop_rule.relation = ANY (found_in) THEN drop_rule.relation ELSE found_in[1] END;
	PERFORM qsrepl._remember_objects();
	PERFORM qsrepl._sync_triggers(true);
	PERFORM qsrepl._note('rule dropped', format('%s.%I', relation, "column"));
END $$;
COMMENT ON FUNCTION qsrepl.drop_rule IS 'leave a column alone again';

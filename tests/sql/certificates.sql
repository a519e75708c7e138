--
-- Sealed sets and transport keys: who may do what with the tables, and what
-- the functions take.
--
\set SHOW_CONTEXT never
\set VERBOSITY terse
CREATE ROLE regress_reader;
CREATE EXTENSION qsrepl;

-- Newer ones only; the same again is no error.
SELECT qsrepl.set_transport_key('A', 0, 'none');
SELECT qsrepl.set_transport_key('A', 1, 'first');
SELECT qsrepl.set_transport_key('A', 1, 'first');
SELECT qsrepl.set_transport_key('A', 1, 'another');
SELECT qsrepl.set_transport_key('A', 2, 'second', 'signed');
SELECT qsrepl.set_transport_key('B', 1, 'first of B');
SELECT qsrepl.set_transport_key('B', 2, 'second of B');
SELECT qsrepl.set_transport_key('A', NULL, 'x');
SELECT qsrepl.set_transport_key('A', 3, NULL);
SELECT qsrepl.set_transport_key('', 1, 'x');
SELECT qsrepl.set_transport_key('A', 3, repeat('x', 16385));
SELECT site, serial, certificate, encode(statement, 'escape') AS statement FROM qsrepl.transport_key ORDER BY 1, 2;

-- Twenty of a site are kept.
SELECT count(qsrepl.set_transport_key('A', i, 'number ' || i, 'signed')) FROM generate_series(3, 25) i;
SELECT site, count(*), min(serial), max(serial) FROM qsrepl.transport_key GROUP BY site ORDER BY site;

-- Sets: newer ones only, the newest ten of each pair.
SELECT qsrepl.add_sealed_set('A', 'B', 1, 'set');
SELECT qsrepl.add_sealed_set('A', 'B', 1, 'set');
SELECT qsrepl.add_sealed_set('A', 'B', 0, 'set');
SELECT qsrepl.add_sealed_set('A', 'B', NULL, 'set');
SELECT qsrepl.add_sealed_set('A', 'B', 7, 'set 7');
SELECT qsrepl.add_sealed_set('A', 'B', 6, 'older');
SELECT qsrepl.add_sealed_set('B', 'A', 1, 'the other way');
SELECT qsrepl.add_sealed_set('A', 'B', 8, convert_to(repeat('x', 6291457), 'UTF8'));
SELECT count(qsrepl.add_sealed_set('A', 'B', 10 * i, 'set')) FROM generate_series(1, 12) i;
SELECT site_from, site_to, count(*), min(counter), max(counter) FROM qsrepl.sealed_set GROUP BY 1, 2 ORDER BY 1, 2;

-- What else happened.
SELECT qsrepl._note_certificates('installed', 'A', 'B', 'number 120', 120);
SELECT counter FROM qsrepl.sealed_set WHERE installed IS NOT NULL;
SELECT qsrepl._note_certificates('trusted', 'A', NULL, 'by hand');
SELECT qsrepl._note_certificates('lost', 'A', 'B', NULL);
SELECT qsrepl._note_certificates(NULL, 'A', 'B', NULL);
SELECT what, detail FROM qsrepl.event WHERE what !~ 'rotated' AND (detail !~ 'number ...?$' OR what ~ 'installed') ORDER BY id;
SELECT what, detail FROM qsrepl.event WHERE what ~ 'rotated' ORDER BY id LIMIT 2;

-- Nobody but superusers.
SET ROLE regress_reader;
SELECT count(*) FROM qsrepl.transport_key;
SELECT count(*) FROM qsrepl.sealed_set;
INSERT INTO qsrepl.sealed_set VALUES ('A', 'B', 999, 'x');
SELECT qsrepl.set_transport_key('A', 26, 'x');
SELECT qsrepl.add_sealed_set('A', 'B', 999, 'x');
SELECT qsrepl._note_certificates('installed', 'A', 'B', NULL);
RESET ROLE;

-- What replication brings is not taken: the tool writes at both sites.
SET session_replication_role = replica;
INSERT INTO qsrepl.sealed_set VALUES ('A', 'B', 999, 'x');
DELETE FROM qsrepl.transport_key;
RESET session_replication_role;
SELECT count(*) FROM qsrepl.sealed_set WHERE counter = 999;
SELECT count(*) > 0 AS kept FROM qsrepl.transport_key;

DROP EXTENSION qsrepl;
DROP ROLE regress_reader;

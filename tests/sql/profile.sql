--
-- Profiles: the shipped rules for the repository of Qlik Sense, on the schema
-- of tests/fixtures.
--
\set SHOW_CONTEXT never
CREATE EXTENSION qsrepl;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B');

-- Nothing is there yet.
SELECT action, count(*) FROM qsrepl.load_profile() GROUP BY action;
SELECT count(*) FROM qsrepl.rule;
SELECT count(*) FROM qsrepl.fixup;
SELECT * FROM qsrepl.load_profile('qlikview');
SELECT * FROM qsrepl.load_profile(NULL);
SELECT * FROM qsrepl.load_profile('');

-- Some of it is there: two columns suit, one has a type that does not, one has
-- a rule already, a view is in the way of two. Other schemas do not count.
CREATE TABLE "DataConnections" ("ID" uuid PRIMARY KEY, "Name" text, "ConnectionString" text);
CREATE TABLE "EngineServiceSettings" ("ID" uuid PRIMARY KEY, "DocumentDirectory" varchar(255), "TableFilesDirectory" integer);
CREATE TABLE "LocalConfigs" ("HostName" text, "Id" integer PRIMARY KEY);
CREATE VIEW "ExternalProgramTasks" AS SELECT ''::text AS "Path";
CREATE TABLE "ServerNodeHeartbeats" ("ID" uuid PRIMARY KEY);
CREATE SCHEMA other;
CREATE TABLE other."AnalyticConnections" ("Host" text, "CertificateFilePath" text);
SELECT qsrepl.add_rule('"LocalConfigs"', 'HostName', 'text');
SELECT relation, "column", action FROM qsrepl.load_profile() WHERE action <> 'missing';
SELECT * FROM qsrepl.rule ORDER BY relation COLLATE "C", "column" COLLATE "C";
SELECT * FROM qsrepl.fixup ORDER BY position;
-- What the profile says stays the profile's until somebody says otherwise.
SELECT qsrepl.add_rule('"DataConnections"', 'ConnectionString', 'text');
SELECT qsrepl.add_rule('"EngineServiceSettings"', 'DocumentDirectory', 'text');
SELECT * FROM qsrepl.rule ORDER BY relation COLLATE "C", "column" COLLATE "C";
SELECT relation, "column", action FROM qsrepl.load_profile() WHERE action <> 'missing';

SET client_min_messages = warning;
DROP TABLE "DataConnections", "EngineServiceSettings", "LocalConfigs", "ServerNodeHeartbeats";
DROP VIEW "ExternalProgramTasks";
DROP SCHEMA other CASCADE;
DROP EXTENSION qsrepl;
CREATE EXTENSION qsrepl;
RESET client_min_messages;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\SRVB\QlikShare');
SELECT qsrepl.set_mapping('data', 'path', 'A', 'D:\QlikData', 'B', 'E:\QlikData');
SELECT qsrepl.set_mapping('files', 'path', 'A', '\\fs01.sitea.corp.local\Qlik Data', 'B', '\\fs01.siteb.corp.local\Qlik Data');
SELECT qsrepl.set_mapping('cn', 'host', 'A', 'CN', 'B', 'SRVB');
SELECT qsrepl.set_mapping('cn1', 'host', 'A', 'CN1', 'B', 'SRVB1');
SELECT qsrepl.set_mapping('cnfq', 'host', 'A', 'cn1.sitea.corp.local', 'B', 'srvb1.siteb.corp.local');
SELECT qsrepl.set_mapping('thumb', 'value', 'A', '0F1E2D3C4B5A69788796A5B4C3D2E1F000112233', 'B', 'A0B1C2D3E4F5061728394A5B6C7D8E9FAABBCCDD');

-- A site of ten apps: every rule of the profile finds its column, and none is
-- on a key.
\set ECHO none
\i tests/fixtures/qsr.sql
\set apps 10
\i tests/fixtures/generate.sql
\set ECHO all
\set ON_ERROR_STOP off
SELECT * FROM qsrepl.load_profile();
SELECT action, count(*) FROM qsrepl.load_profile() GROUP BY action;
SELECT count(*), min(profile), max(profile) FROM qsrepl.rule;
SELECT * FROM qsrepl.fixup ORDER BY position;
SELECT qsrepl.enable();
SELECT * FROM qsrepl.check();
SELECT count(*) AS tables, count(*) FILTER (WHERE tgenabled = 'R') AS triggers FROM pg_trigger
WHERE tgfoid = 'qsrepl.rewrite_row'::regproc;

-- Localize it: what has a rule is the local site's, what must not change has
-- not.
CREATE TEMP TABLE before AS
	SELECT 'name' AS what, "ID"::text AS id, "Name" AS value FROM "DataConnections"
	UNION ALL SELECT 'password', "ID"::text, "Password" FROM "DataConnections"
	UNION ALL SELECT 'result', "ID"::text, "Details" FROM "ExecutionResults"
	UNION ALL SELECT 'node', "ID"::text, "Name" FROM "ServerNodeConfigurations";
SELECT DISTINCT problem FROM qsrepl.preview();
SELECT (SELECT count(*) FROM qsrepl.preview()) = (SELECT count(*) FROM qsrepl.leaks()) AS same,
	(SELECT count(*) > 0 FROM qsrepl.leaks()) AS some;
SELECT qsrepl.localize() > 0 AS localized;
SELECT count(*) FROM qsrepl.leaks();
SELECT count(*) FROM "ServerNodeHeartbeats";
SELECT count(*) FROM "MqChangeNotificationRegistrations";
SELECT count(*) FROM "ServiceStatus";
SELECT "RootFolder", "AppFolder", "StaticContentRootFolder", "DatabaseHost"
FROM "ServiceClusterSettingsSharedPersistenceProperties";
SELECT count(*) FROM (TABLE before EXCEPT (
	SELECT 'name', "ID"::text, "Name" FROM "DataConnections"
	UNION ALL SELECT 'password', "ID"::text, "Password" FROM "DataConnections"
	UNION ALL SELECT 'result', "ID"::text, "Details" FROM "ExecutionResults"
	UNION ALL SELECT 'node', "ID"::text, "Name" FROM "ServerNodeConfigurations")) changed;
SELECT * FROM qsrepl.check();

-- A release of Qlik Sense without one of the tables: the others are emptied
-- without a warning.
INSERT INTO "ServerNodeHeartbeats" ("ID", "Timestamp", "ServerNodeConfiguration_ID")
SELECT '00000000-0000-0000-0000-00000000000a', '2026-02-01', "ID" FROM "ServerNodeConfigurations" LIMIT 1;
ALTER TABLE "ServiceStatus" RENAME TO "ServiceStates";
SELECT qsrepl.localize();
SELECT count(*) FROM "ServerNodeHeartbeats";
SELECT count(*) FROM qsrepl.event WHERE what = 'fixup failed';

SELECT qsrepl.disable();
\set ECHO none
SELECT format('DROP TABLE %s', string_agg(c.oid::regclass::text, ', '))
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' \gexec
\set ECHO all
DROP EXTENSION qsrepl;

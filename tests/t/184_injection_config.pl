# Words that would be commands where somebody forgets to quote, in every key of
# the configuration: each is refused at its line, or is there as it was written
# and means nothing but that to servers, programs and files. The keys are those
# that the program names; one that is in no list of this test fails it.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path);
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplShare;
use QsreplTest;
use Test::More;

my $drop = 'DROP TABLE public.canary;CREATE ROLE pwned SUPERUSER;';
my @nasty = (
	"x';$drop--", "x\";$drop--", "x\\';\$\$;$drop\$\$", '--yes', '-oProxyCommand=touch${IFS}pwned', '%s%n%1$s',
	'`touch pwned`$(touch pwned)$1', 'host=127.9.9.9');
my ($code, $out, $err);

# What proves that a key's values mean nothing but themselves: "refused": none
# of the words is taken; "own": a program of the administrator's own, which
# gets its words as an argument vector; else a run below.
my %proof = (
	qsrepl => { site => 'refused', databases => 'pair', maintenance_database => 'pair', profile => 'profile', replication_role => 'pair',
		passfile => 'pair', journal_directory => 'pair' },
	site => { description => 'pair', host => 'status', user => 'status', conninfo => 'pair', qlik_role => 'pair', data_directory => 'shell',
		bin_directory => 'shell', settings_file => 'pair', server_name => 'option', server_user => 'shown', start_command => 'own',
		stop_command => 'own', remote_command => 'own', aside_directory => 'pair', drill_directory => 'shell',
		certificate_directory => 'shown', host_cfg => 'shown', dns_target => 'refused', dns_servers => 'refused', dns_required => 'refused',
		hosts_file => 'hosts', snapshot_directory => 'shell', snapshot_remote => 'shown', snapshot_ssh_command => 'own',
		snapshot_password_file => 'shown', A => 'none' },
	mapping => { A => 'pair', 'alias.A' => 'pair' },
	hook => { site => 'refused', command => 'own' },
	node => { site => 'refused', alias => 'refused', address => 'shown', roles => 'refused', ssh_command => 'own', credentials => 'shown',
		service_command => 'own', services => 'services', keytab => 'shown', principal => 'shown', bootstrap_command => 'own',
		hosts_file => 'shown', hosts_address => 'refused' },
	certificates => { password_file => 'shown', key_directory => 'shown', recovery_certificate => 'shown' },
	services => { state_url => 'refused', about_url => 'refused', alive_url => 'refused', alias_url => 'refused', probe_ca => 'shown',
		probe_certificate => 'shown', alias_ca => 'shown' },
	alias => { A => 'refused' },
	dns => { name => 'refused', zone => 'refused', key_file => 'dns', command => 'own' },
	share => { mapping => 'refused', node => 'refused', mirror => 'share', add => 'share', leave_out => 'share', ssh_command => 'share',
		password_file => 'shown', account => 'shown', writable_command => 'own', A => 'share', 'remote.B' => 'share' },
	snapshot => { encrypt_to => 'shown' });
delete $proof{site}{A};
my %proved = map { $_ => 1 } qw(refused own shown shell option);

my $base = <<"CONF";
[qsrepl]
site = A
databases = qsr
[site A]
host = 127.0.0.1
port = 1
data_directory = /srv/a
settings_file = /etc/a.conf
dns_target = qs-a.company.test
dns_servers = 127.0.0.1
[site B]
host = 127.0.0.1
port = 2
data_directory = /srv/b
settings_file = /etc/b.conf
dns_target = qs-b.company.test
dns_servers = 127.0.0.2
[mapping share]
kind = path
A = \\\\CN\\QlikShare
B = \\\\BCN\\Qlik\$
[hook h]
when = before
phase = switchover
command = /bin/true
[node n]
site = A
address = 10.0.0.1
roles = central
hosts_access = local
[certificates]
[services]
[alias fs]
A = 10.0.0.2
B = 10.0.0.3
[dns]
name = qs.company.test
[share q]
A = /srv/share_a
B = /srv/share_b
[snapshot]
CONF

# The text with a line in the place of the key's; returns its number, too.
sub with
{
	my ($section, $key, $value) = @_;
	my ($head, $body) = $base =~ /^(\[\Q$section\E(?: [^\]]*)?\])\n((?:[^\[\n].*\n)*)/m or die "no section $section";
	my $changed = $body =~ s/^\Q$key\E = .*\n//mr;
	my $text = $base =~ s/\Q$head\E\n\Q$body\E/$head\n$key = $value\n$changed/r;
	my $line = () = substr($text, 0, index $text, "$head\n") =~ /\n/g;

	return ($text, $line + 2);
}

# As the type wants it, so that the word gets as far as it can.
sub dressed
{
	my ($type, $key, $word) = @_;

	return "/x/$word" if $type =~ /^absolute path/;
	return "engine=$word" if $key eq 'services';
	return "application_name=$word" if $type =~ /^keyword=value/;
	return "h:$word" if $key eq 'remote.B';
	return $word;
}

# The keys, by the program
my (%type, $section);
($code, $out, $err) = qsrepl('docs', 'configuration');
foreach my $line (split /\n/, $out)
{
	$section = $1 if $line =~ /^## `\[(\w+)/;
	$type{$section}{$1} = $2 if $line =~ /^\| `(\w+)` \| ([^|]*?) \|/;
}
is(scalar(keys %type), 11, 'all sections') or diag(join ' ', sort keys %type);
$type{$_}{A} = 'value' foreach 'mapping', 'alias';
$type{mapping}{'alias.A'} = 'value';
@{ $type{share} }{ 'A', 'remote.B' } = ('absolute path', 'location');

my ($taken, $refused) = (0, 0);
foreach my $name (sort keys %type)
{
	foreach my $key (sort keys %{ $type{$name} })
	{
		my $type = $type{$name}{$key};
		my $closed = $type =~ /^(?:one of|whole number|duration|on or off|name of a-z)/;
		my $proof = $proof{$name}{$key} // ($closed ? 'refused' : undef);
		my @odd;

		ok(defined $proof, "[$name] $key: $type: is in a list") or next;
		# One word of a closed set is as good as another.
		foreach my $word ($closed ? @nasty[ 0, 5 ] : @nasty)
		{
			my $value = dressed($type, $key, $word);
			my ($text, $line) = with($name, $key, $value);
			my $file = write_private("$tool_dir/one.conf", $text);
			my ($status, $shown, $said) = qsrepl('config', 'show', '--json', '--config', $file);

			if ($status == 3)
			{
				$refused++;
				push @odd, "$word: $said" if $said !~ /^qsrepl: error: .*\S/m;
			}
			elsif ($status == 0)
			{
				my @value = map { $_->{value} } grep { $_->{section} =~ /^\Q$name\E/ && $_->{key} eq $key && ($_->{line} // 0) == $line }
				  @{ JSON::PP->new->utf8->decode($shown)->{settings} };

				$taken++;
				push @odd, "$word is taken" if $proof eq 'refused' || $proof eq 'shell' && $word =~ /["\$`\\]/ || $proof eq 'option' && $word =~ /^-/;
				push @odd, "$word is shown as " . ($value[0] // 'nothing') if @value != 1 || $value[0] ne $value;
			}
			else { push @odd, "$word: $status $said" }
		}
		is_deeply(\@odd, [], "[$name] $key: each word is refused, or there as it was written");
	}
}
cmp_ok($taken, '>', 100, "$taken words were taken");
cmp_ok($refused, '>', 100, "$refused were refused");
foreach my $bytes ("site = A\0B\n", "description = x\0y\n", "description = a\x01b\n", "description = a\x7fb\n")
{
	my $file = write_private("$tool_dir/one.conf", $base =~ s/^\[site A\]\n/[site A]\n$bytes/mr);

	($code, $out, $err) = qsrepl('config', 'check', '--config', $file);
	is($code, 3, 'bytes that no line has') or diag($out);
	like($err, qr/holds a (?:NUL byte|control character)/, 'are told');
}

# A pair of such names is set up, and works by them.
my $path = "$tool_dir/p'\";\$\$%s`touch pwned`\$(touch pwned)";
my @database = ('q;$$r', '--yes%s', '`x`$(id)$1\\', 'host=127.9.9.9');
my %role = (replication => q(r'"$$;x%s), qlik => q(k'"$$;x\\));
my $maintenance = q(m'"$$;--);
my $description = q(it's "A" $$ \\;DROP $(touch pwned) %s);
my %value = (A => qq(it's "A" \$\$ \\\\;$drop), B => q('B' $1 \ %s `x`), alias => q("z"'$(x)));
my %nodes = (A => bare_server('first'), B => bare_server('second'));

sub identifier
{
	my ($text) = @_;

	return '"' . $text =~ s/"/""/gr . '"';
}

sub unharmed
{
	my ($name) = @_;

	return query_is($nodes{A}, 'postgres',
		q(SELECT (SELECT count(*) FROM public.canary), (SELECT count(*) FROM pg_roles WHERE rolname = 'pwned')),
		'1|0', "$name runs none of it");
}

sub pair_conf
{
	my ($site, %opt) = @_;
	my $lines = "description = $description\nqlik_role = $role{qlik}\naside_directory = $path/aside\n"
	  . "conninfo = keepalives_idle=7 options='-c work_mem=5555kB -c application_name=x\\'\$\$'\n";

	return conf_file($site, \%nodes,
		main => "databases = qsr more @database\nmaintenance_database = $maintenance\nreplication_role = $role{replication}\npassfile = $path/pass\n"
		  . ($opt{main} // ''),
		A => "${lines}dns_target = qs-a.company.test\ndns_servers = 127.0.0.1\nhosts_file = $path/hosts\nsnapshot_directory = $tool_dir/snap\n",
		B => "${lines}dns_target = qs-b.company.test\ndns_servers = 127.0.0.1\n",
		mappings => "[mapping m'\"\$\$;--]\nkind = value\nA = $value{A}\nB = $value{B}\nalias.A = $value{alias}\n",
		sections => $opt{sections},
		file => "$tool_dir/" . ($opt{file} // "pair_$site") . '.conf',
		change => [ qr/^journal_directory = .*$/m => "journal_directory = $path/journal", (map { (qr/^settings_file = .*settings_$_\.conf$/m => "settings_file = $path/settings_$_.conf") } 'A', 'B'),
			@{ $opt{change} // [] } ]);
}

make_path($path, "$path/journal", "$path/aside", "$tool_dir/snap", "$tool_dir/bin");
chmod 0700, $path, "$path/journal";
write_private("$path/pass", "*:*:*:$role{replication}:geheim\n*:*:*:*:\n");
append_to_file("$path/hosts", "127.0.0.1\tlocalhost\n");
$nodes{A}->start;
$nodes{A}->safe_psql('postgres', $_) foreach 'CREATE TABLE public.canary AS SELECT 1', 'CREATE ROLE ' . identifier($role{qlik}) . ' LOGIN',
  map { 'CREATE DATABASE ' . identifier($_) } 'qsr', 'more', $maintenance, @database;
my %conf = map { $_ => pair_conf($_) } 'A', 'B';
($code, $out, $err) = qsrepl('setup', 'primary', '--site', 'A', '--config', $conf{A});
is($code, 0, 'the primary is set up') or diag($out . $err);
$nodes{A}->_update_pid(1);
unharmed('setup primary');
($code, $out, $err) = qsrepl('setup', 'standby', '--site', 'B', '--discard-site', 'B', '--config', $conf{B});
is($code, 0, 'and its standby') or diag($out . $err);
$nodes{B}->_update_pid(1);
unharmed('setup standby');
foreach my $in ('qsr', @database)
{
	query_is($nodes{A}, $in,
		'SELECT site, value FROM qsrepl.mapping_value ORDER BY value COLLATE "C"',
		join("\n", sort { substr($a, 2) cmp substr($b, 2) } "A|$value{alias}", "A|$value{A}", "B|$value{B}"), "values in $in are as they were written");
}
query_is($nodes{A}, 'qsr', 'SELECT DISTINCT description FROM qsrepl.site', $description, 'so is the description');
query_is($nodes{A}, 'postgres', 'SELECT usename FROM pg_stat_replication', $role{replication}, 'and the role that B follows with');
ok(-d "$path/aside" && scalar(glob "\Q$path\E/aside/*"), 'what B had is aside');
like($nodes{B}->safe_psql('postgres', 'SHOW primary_conninfo'), qr/work_mem=5555kB -c application_name=x\\'\$\$/, 'and the parameters');
($code, $out, $err) = qsrepl('snapshot', 'create', 'none', '--config', $conf{A});
is($code, 4, 'no snapshot of a database that makes no folder');
like($err, qr/database "--yes%s" cannot be put into a folder of its name/, 'it is told');
my $few = pair_conf('A', file => 'few', change => [ qr/^databases = .*/m => "databases = qsr $database[0] $database[3]" ]);
foreach my $words ([ 'is-active', 'A' ], [ 'status' ], [ 'compare' ], [ 'snapshot', 'create', 'one' ], [ 'snapshot', 'verify', 'one', '--deep' ])
{
	($code, $out, $err) = qsrepl(@$words, '--config', $words->[0] eq 'snapshot' ? $few : $conf{A});
	is($code, 0, "qsrepl @$words of such a pair") or diag($out . $err);
	unharmed("qsrepl @$words");
}
my $manifest = JSON::PP->new->utf8->decode(slurp_file("$tool_dir/snap/one/manifest.json"));
is_deeply([ sort map { $_->{name} } @{ $manifest->{databases} } ], [ sort 'qsr', @database[ 0, 3 ] ], 'the manifest has the names');
like(slurp_file("$tool_dir/snap/one/databases/roles.sql"), qr/^CREATE ROLE \Q${\identifier($role{qlik})}\E;$/m, 'roles.sql too');
$proved{pair} = 1;

# Servers, users and profiles that are not there
my $odd = pair_conf('A', file => 'odd', change => [ qr/(\[site B\]\n)host = .*/ => "[site B]\nhost = x';\$(touch|pwned)" ]);
($code, $out, $err) = qsrepl('is-active', 'B', '--config', $odd);
is($code, 7, 'a host of such a name');
like($err, qr/\Q"x';\E\$\(touch\|pwned\)"/, 'is looked for by it') or diag($err);
$odd = pair_conf('A', file => 'odd', change => [ qr/^user = .*/m => q(user = x'"$$;--) ]);
($code, $out, $err) = qsrepl('is-active', 'A', '--config', $odd);
is($code, 7, 'a user of such a name');
like($err, qr/role "x'"\$\$;--" does not exist/, 'has no role');
$proved{status} = 1;
$odd = pair_conf('A', file => 'odd', main => "profile = x';$drop--\n" =~ s/ /_/gr =~ s/^profile_=_/profile = /r);
($code, $out, $err) = qsrepl('setup', 'primary', '--site', 'A', '--config', $odd);
isnt($code, 0, 'a profile of such a name') or diag($out);
like($err, qr/profile "x';DROP_TABLE/, 'does not exist') or diag($err);
unharmed('it');
$proved{profile} = 1;

# Programs in the place of others, which write down their words and their input;
# "there" does with a command what sshd does with it.
foreach my $name ('systemctl', 'nsupdate')
{
	append_to_file("$tool_dir/bin/$name", "#!/bin/sh\nfor w; do printf '<%s>\\n' \"\$w\"; done >>$tool_dir/$name.said\n"
		  . ($name eq 'nsupdate' ? "[ \"\$1\" = -V ] || cat >>$tool_dir/$name.said\n" : ''));
}
append_to_file("$tool_dir/bin/dig", "#!/bin/sh\necho ';; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1'\necho 'qs.company.test. 60 IN CNAME qs-a.company.test.'\n");
append_to_file("$tool_dir/bin/there", "#!/bin/sh\nwhile [ \"\$1\" != h ]; do printf '<%s>\\n' \"\$1\" >>$tool_dir/there.said; shift; done\nshift\nexec sh -c \"\$*\"\n");
chmod 0755, glob "$tool_dir/bin/*";
$ENV{PATH} = "$tool_dir/bin:$ENV{PATH}";
my $option = q(-o x;$(touch pwned)'`x`);
my $engine = q(e;$(touch|pwned)$$%s`x`\\);
write_private("$path/key", '');
my %root = map { $_ => "$tool_dir/s$_'\";\$\$ --delete `touch pwned` \$(touch pwned)" } 'A', 'B';
my @mirror = ('--delete', '-e sh', '$(touch pwned)', q(a'b;c%s$1), '*');
my $more = pair_conf('A', file => 'more', sections => <<"CONF");
[dns]
name = qs.company.test
key_file = $path/key
timeout = 1s
wait = 0s
[alias fs]
A = 10.0.0.2
B = 10.0.0.3
[node n]
site = A
system = linux
address = 10.0.0.1
roles = central
service_control = ssh
ssh_command = $tool_dir/bin/there "$option" h
services = engine=$engine
[share q]
A = $root{A}
B = $root{B}
remote.B = h:$root{B}
ssh_command = $tool_dir/bin/there "$option"
mirror = @{[ map { "\"$_\"" } @mirror ]}
add = "`touch pwned`"
leave_out = "--exclude=*" "\$(x)"
CONF
($code, $out, $err) = qsrepl('config', 'check', '--config', $more);
is($code, 0, 'a configuration with all of them is taken') or diag($out . $err);
qsrepl('service', 'status', '--config', $more);
like(slurp_file("$tool_dir/systemctl.said"), qr/^<\Q$engine\E>$/m, 'a service by its name');
like(slurp_file("$tool_dir/there.said"), qr/^<\Q$option\E>$/m, 'by the words of ssh_command');
$proved{services} = 1;
qsrepl('dns', 'switch', '--to', 'B', '--yes', '--config', $more);
like(slurp_file("$tool_dir/nsupdate.said"), qr/^<-k>\n<\Q$path\E\/key>\n(?:server|prereq|update|send|zone)/m, 'the key by its path');
$proved{dns} = 1;
($code, $out, $err) = qsrepl('hosts', 'apply', '--yes', '--config', $more);
like(slurp_file("$path/hosts"), qr/^10\.0\.0\.2\tfs$/m, 'the hosts file by its path') or diag($out . $err);
$proved{hosts} = 1;
make_path(values %root);
put($root{A}, "$_/f", "in $_") foreach @mirror, '`touch pwned`', 'outside';
put($root{A}, "-e sh/$_", 'left out') foreach '--exclude=*', '$(x)';
put($root{B}, 'keep/me', 'B');
put($root{B}, '$(touch pwned)/old', 'goes');
unlink "$tool_dir/there.said";
($code, $out, $err) = qsrepl('share', 'sync', '--initial', '--yes', '--max-change', 100, '--config', $more);
is($code, 0, 'a share of such names is synchronized') or diag($out . $err);
is_deeply([ sort grep { m{/f$|me$|old$|/[-\$]} } keys %{ tree($root{B}) } ], [ sort 'keep/me', map { "$_/f" } @mirror, '`touch pwned`' ], 'each by its name, and nothing else');
like(slurp_file("$tool_dir/there.said"), qr/^<\Q$option\E>$/m, 'by the words of ssh_command');
$proved{share} = 1;
unharmed('all of that');
$nodes{$_}->stop('fast') foreach 'B', 'A';
is_deeply([ grep { !$proved{$_} } map { values %$_ } values %proof ], [], 'each proof was made');
is_deeply([ grep { -e "$_/pwned" } '.', '..', $tool_dir, "$tool_dir/.." ], [], 'and no shell ran any of it');
done_testing();

# What -EncodedCommand holds. It reads lines of standard input:
#	qsrepl-1 NUMBER SHA256			how many follow, and their digest
#	SCRIPT							this and the rest: base64 of UTF-8
#	PARAMETERS						a JSON object
#	LINE ...						the script's input
# and writes JSON lines: {"qsrepl":"begin"}, the script's, {"qsrepl":"end"}.
# scripts/embed takes comments and indentation out: no line may need its own.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
function Write-Line([string]$Line) {
	[Console]::Out.WriteLine($Line)
	[Console]::Out.Flush()
}
function ConvertTo-Line($Object) {
	[regex]::Replace((ConvertTo-Json $Object -Compress), '[^ -~]', {
		'\u{0:x4}' -f [int][char]$args[0].Value
	})
}
function ConvertFrom-Line([string]$Line) {
	[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($Line))
}
try {
	$all = @($input)
	$head = "$($all[0])".Split(' ')
	if ($head.Count -ne 3 -or $head[0] -ne 'qsrepl-1' -or $all.Count -le [int]$head[1]) {
		throw 'The input has not come as a whole.'
	}
	$all = @($all[1..[int]$head[1]])
	$bytes = [Text.Encoding]::ASCII.GetBytes($all -join "`n")
	$sum = (New-Object Security.Cryptography.SHA256CryptoServiceProvider).ComputeHash($bytes)
	if ([BitConverter]::ToString($sum).Replace('-', '') -ne $head[2]) {
		throw 'The input has been changed on the way.'
	}
	$parameters = @{}
	(ConvertFrom-Json (ConvertFrom-Line $all[1])).PSObject.Properties | ForEach-Object {
		$parameters[$_.Name] = $_.Value
	}
	$script = [ScriptBlock]::Create((ConvertFrom-Line $all[0]))
	Write-Line (ConvertTo-Line @{ qsrepl = 'begin'; version = "$($PSVersionTable.PSVersion)"; user = [Environment]::UserName })
	$all | Select-Object -Skip 2 | ForEach-Object { ConvertFrom-Line $_ } |
		& $script @parameters | ForEach-Object { Write-Line $_ }
	Write-Line (ConvertTo-Line @{ qsrepl = 'end'; ok = $true })
}
catch {
	Write-Line (ConvertTo-Line @{ qsrepl = 'end'; ok = $false; error = "$($_.Exception.Message)"; id = "$($_.FullyQualifiedErrorId)" })
	exit 1
}

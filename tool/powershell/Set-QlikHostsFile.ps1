<#
.SYNOPSIS
Reads or replaces the hosts file of this machine.

.DESCRIPTION
qsrepl runs it at a Windows node through OpenSSH. Without input it writes the
bytes of the file in base64, in pieces: {"content":"..."}. With input, which is
the new bytes in base64, in pieces too, it replaces the file in one step and
writes {"replaced":true}. The file as it was stays beside it, with
".qsrepl-backup" behind its name; the new one has its access rights.

.PARAMETER Path
The hosts file.

.PARAMETER Content
A piece of the new content; usually from the pipeline.

.EXAMPLE
.\Set-QlikHostsFile.ps1 -Path C:\Windows\System32\drivers\etc\hosts

.NOTES
Windows PowerShell 5.1 or newer.
#>
[CmdletBinding(SupportsShouldProcess = $true)]
[OutputType([string])]
param(
	[Parameter(Mandatory = $true)]
	[string]$Path,

	[Parameter(ValueFromPipeline = $true)]
	[AllowEmptyString()]
	[string]$Content
)

begin {
	Set-StrictMode -Version 2.0
	$ErrorActionPreference = 'Stop'
	$pieceLength = 8192
	$pieces = New-Object Text.StringBuilder
}

process {
	if ($Content) {
		[void]$pieces.Append($Content)
	}
}

end {
	if ($pieces.Length -eq 0) {
		$text = [Convert]::ToBase64String([IO.File]::ReadAllBytes($Path))
		for ($at = 0; $at -lt $text.Length; $at += $pieceLength) {
			$length = [Math]::Min($pieceLength, $text.Length - $at)
			ConvertTo-Json @{ content = $text.Substring($at, $length) } -Compress
		}
		return
	}
	$bytes = [Convert]::FromBase64String($pieces.ToString())
	$new = $Path + '.qsrepl-new'
	$backup = $Path + '.qsrepl-backup'
	if ($PSCmdlet.ShouldProcess($Path, 'Replace the hosts file')) {
		[IO.File]::WriteAllBytes($new, $bytes)
		[IO.File]::Delete($backup)
		[IO.File]::Replace($new, $Path, $backup)
		ConvertTo-Json @{ replaced = $true } -Compress
	}
}

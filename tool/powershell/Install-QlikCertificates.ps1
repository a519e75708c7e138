<#
.SYNOPSIS
Reads, installs or brings back the certificates of Qlik Sense on this machine.

.DESCRIPTION
Root, server and client certificate are handled as one set: root in
LocalMachine\Root, with its private key on the central node alone; server in
LocalMachine\My; client in CurrentUser\My. It must run elevated, and as the
account of the Qlik services, whose store the last one is.

Install refuses while services of Qlik Sense run. It saves the old set, adds
the new one, lets the service account read the keys, removes the old one, and
reads everything back: afterwards there is one root and one certificate of each
marker (extension 1.3.6.1.5.5.7.13.3), so that Qlik Sense issues none of its
own. On an error the old set is back. The same set again changes nothing.

What was there before is saved in %ProgramData%\qsrepl\certificates, which
administrators, the system and this account may read. -Rollback installs it,
and saves what it replaces.

It writes a line of JSON for each thing that it did or found. No secret is
among them: what Export writes is encrypted with the password of the request.

The request is a JSON object: password, and for Install root, server and client:
base64 of PFX files, or for root of a certificate. On standard input or in a
file it is seen by nobody else.

.PARAMETER Request
The request as text, from the pipeline.

.PARAMETER RequestFile
A file with the request, which is removed when it has been read: for a
scheduled task.

.PARAMETER Folder
A folder with root.pfx (or root.cer), server.pfx and client.pfx, instead of
those in the request.

.PARAMETER Password
The password of the files in the folder, where no request has it.

.PARAMETER Mode
Install; Get: what is there; Export: the same with PFX files.

.PARAMETER Rollback
Bring back the set before the last installation.

.PARAMETER Central
This is the central node: it gets the root's private key.

.EXAMPLE
.\Install-QlikCertificates.ps1 -Folder C:\set -Password (Read-Host -AsSecureString) -Central -WhatIf

.NOTES
Windows PowerShell 5.1 or newer.
#>
[CmdletBinding(SupportsShouldProcess = $true)]
[OutputType([string])]
param(
	[Parameter(ValueFromPipeline = $true)]
	[AllowEmptyString()]
	[string]$Request,
	[string]$RequestFile,
	[string]$Folder,
	[Security.SecureString]$Password,
	[ValidateSet('Install', 'Get', 'Export')]
	[string]$Mode = 'Install',
	[switch]$Rollback,
	[switch]$Central
)

begin {
	Set-StrictMode -Version 2.0
	$ErrorActionPreference = 'Stop'
	$marker = '1.3.6.1.5.5.7.13.3'
	$saved = Join-Path $env:ProgramData 'qsrepl\certificates'
	$places = @{
		root = @{ Store = 'Root'; Location = 'LocalMachine' }
		server = @{ Store = 'My'; Location = 'LocalMachine' }
		client = @{ Store = 'My'; Location = 'CurrentUser' }
	}
	$extensions = [Security.Cryptography.X509Certificates.RSACertificateExtensions]
	$texts = New-Object -TypeName 'Collections.Generic.List[string]'

	# One line of JSON in ASCII: what code page the session has is not known.
	function ConvertTo-Answer {
		param($Object)
		[regex]::Replace((ConvertTo-Json -InputObject $Object -Compress),
			'[^ -~]', { '\u{0:x4}' -f [int][char]$args[0].Value })
	}

	function ConvertTo-Done {
		param([string]$Action, [string]$Role, $Certificate)
		ConvertTo-Answer ([ordered]@{
				action = $Action; role = $Role
				store = $places[$Role].Location + '\' + $places[$Role].Store
				thumbprint = $Certificate.Thumbprint
			})
	}

	function ConvertTo-Secret {
		param([string]$Text)
		$secret = New-Object -TypeName Security.SecureString
		foreach ($character in $Text.ToCharArray()) { $secret.AppendChar($character) }
		$secret.MakeReadOnly()
		$secret
	}

	function Test-Marker {
		param($Certificate)
		@($Certificate.Extensions | Where-Object { $_.Oid.Value -eq $marker }).Count -gt 0
	}

	# A store of this machine, open.
	function Get-Store {
		param([string]$Role, [string]$Access)
		$store = New-Object -TypeName Security.Cryptography.X509Certificates.X509Store -ArgumentList $places[$Role].Store, $places[$Role].Location
		$store.Open($Access)
		$store
	}

	# Qlik's certificates that are there: a list of role and certificate. A
	# root has the marker, or has issued one that does, there or in what is to
	# come; others are not ours.
	function Get-Present {
		param($Coming)
		$found = @(foreach ($role in 'server', 'client') {
				$store = Get-Store $role 'ReadOnly'
				$store.Certificates | Where-Object { Test-Marker $_ } |
					ForEach-Object { @{ Role = $role; Certificate = $_ } }
				$store.Close()
			})
		$issuers = @($found + $Coming | Where-Object { $null -ne $_ } | ForEach-Object { $_.Certificate.Issuer })
		$found
		$store = Get-Store 'root' 'ReadOnly'
		$store.Certificates | Where-Object {
			$_.Subject -eq $_.Issuer -and $_.Subject -match '-CA$' -and
			((Test-Marker $_) -or $issuers -contains $_.Subject)
		} | ForEach-Object { @{ Role = 'root'; Certificate = $_ } }
		$store.Close()
	}

	# The private key, and whether it may leave the machine; it is used, since
	# a session may see a key and be denied its use.
	function Get-KeyState {
		param($Certificate)
		$state = @{ Has = $Certificate.HasPrivateKey; Usable = $false; Exportable = $false; File = $null; Problem = '' }
		if (-not $state.Has) { return $state }
		try {
			$key = $extensions::GetRSAPrivateKey($Certificate)
			$data = [Text.Encoding]::ASCII.GetBytes('qsrepl')
			$null = $key.SignData($data, [Security.Cryptography.HashAlgorithmName]::SHA256, [Security.Cryptography.RSASignaturePadding]::Pkcs1)
			$state.Usable = $true
			if ($key -is [Security.Cryptography.RSACryptoServiceProvider]) {
				$state.Exportable = $key.CspKeyContainerInfo.Exportable
				$state.File = Join-Path $env:ProgramData "Microsoft\Crypto\RSA\MachineKeys\$($key.CspKeyContainerInfo.UniqueKeyContainerName)"
			}
			else {
				$state.Exportable = ([int]$key.Key.ExportPolicy -band 1) -ne 0
				$state.File = Join-Path $env:ProgramData "Microsoft\Crypto\Keys\$($key.Key.UniqueName)"
			}
		}
		catch { $state.Problem = $_.Exception.Message }
		$state
	}

	# The account of the Qlik services, or nothing where they are not installed.
	function Get-ServiceAccount {
		$service = Get-CimInstance -ClassName Win32_Service -Filter "Name = 'QlikSenseRepositoryService'"
		if ($null -eq $service) { return $null }
		if ($service.StartName -eq 'LocalSystem') {
			return New-Object -TypeName Security.Principal.SecurityIdentifier -ArgumentList 'S-1-5-18'
		}
		$name = $service.StartName -replace '^\.\\', "$env:COMPUTERNAME\"
		New-Object -TypeName Security.Principal.NTAccount -ArgumentList $name
	}

	# Elevated, as the right account, with the services stopped; else an error.
	function Assert-Session {
		$me = [Security.Principal.WindowsIdentity]::GetCurrent()
		$principal = New-Object -TypeName Security.Principal.WindowsPrincipal -ArgumentList $me
		if (-not $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
			throw 'This session is not elevated: it cannot change the stores of the machine.'
		}
		$account = Get-ServiceAccount
		if ($null -ne $account -and $account.Translate([Security.Principal.SecurityIdentifier]) -ne $me.User) {
			throw "The services run as $account, whose store the client certificate belongs into; this is $($me.Name)."
		}
		$running = @(Get-Service -Name 'QlikSense*' | Where-Object {
				$_.Name -ne 'QlikSenseRepositoryDatabase' -and $_.Status -ne 'Stopped' })
		if ($running.Count -gt 0) {
			throw "These services are not stopped: $(@($running | ForEach-Object { $_.Name }) -join ', ')."
		}
	}

	# A certificate from a file's bytes. Only what is to stay writes its key
	# into a container; without a key, the public part alone is taken.
	function ConvertTo-Certificate {
		param($Entry, [bool]$Stay)
		$flags = 'Exportable, MachineKeySet'
		if ($Entry.Role -eq 'client') { $flags = 'Exportable, UserKeySet' }
		if ($Stay) { $flags += ', PersistKeySet' }
		try {
			$certificate = New-Object -TypeName Security.Cryptography.X509Certificates.X509Certificate2 -ArgumentList $Entry.Bytes, $Entry.Secret, ([Security.Cryptography.X509Certificates.X509KeyStorageFlags]$flags)
		}
		catch {
			# After a logon with a key alone nothing can be put there.
			throw "The $($Entry.Role) certificate cannot be read, or its key not kept by this session: $($_.Exception.Message)"
		}
		if ($Entry.WithKey) { return $certificate }
		New-Object -TypeName Security.Cryptography.X509Certificates.X509Certificate2 -ArgumentList @(, $certificate.RawData)
	}

	# What is to be in a place: role, certificate, and what it is made from.
	function ConvertTo-Entry {
		param([string]$Role, [byte[]]$Bytes, $Secret, [bool]$WithKey)
		$entry = @{ Role = $Role; Bytes = $Bytes; Secret = $Secret; WithKey = $WithKey }
		$entry.Certificate = ConvertTo-Certificate $entry $false
		$entry
	}

	# The set of a request: a list of entries.
	function Get-Wanted {
		param($Object)
		$secret = ConvertTo-Secret $Object.password
		foreach ($role in 'root', 'server', 'client') {
			$keyed = $role -ne 'root' -or [bool]$Central
			$entry = ConvertTo-Entry $role ([Convert]::FromBase64String($Object.$role)) $secret $keyed
			if ($keyed -and -not $entry.Certificate.HasPrivateKey) {
				throw "The $role certificate comes without its private key."
			}
			if ($role -ne 'root' -and -not (Test-Marker $entry.Certificate)) {
				throw "The $role certificate lacks the extension $marker."
			}
			$entry
		}
	}

	function Get-FolderRequest {
		$result = [pscustomobject]@{ password = ''; root = ''; server = ''; client = '' }
		if ($null -ne $Password) {
			$credential = New-Object -TypeName Management.Automation.PSCredential -ArgumentList 'qlik', $Password
			$result.password = $credential.GetNetworkCredential().Password
		}
		foreach ($role in 'root', 'server', 'client') {
			$path = Join-Path $Folder "$role.pfx"
			if ($role -eq 'root' -and -not (Test-Path -LiteralPath $path)) { $path = Join-Path $Folder 'root.cer' }
			$result.$role = [Convert]::ToBase64String([IO.File]::ReadAllBytes($path))
		}
		$result
	}

	# A folder that only administrators, the system and this account enter.
	function New-PrivateFolder {
		[CmdletBinding(SupportsShouldProcess = $true)]
		param([string]$Path)
		if (-not $PSCmdlet.ShouldProcess($Path, 'make folder')) { return }
		$null = New-Item -ItemType Directory -Path $Path -Force
		$rights = New-Object -TypeName Security.AccessControl.DirectorySecurity
		$rights.SetAccessRuleProtection($true, $false)
		$me = [Security.Principal.WindowsIdentity]::GetCurrent().User
		$admins = New-Object -TypeName Security.Principal.SecurityIdentifier -ArgumentList 'S-1-5-32-544'
		$system = New-Object -TypeName Security.Principal.SecurityIdentifier -ArgumentList 'S-1-5-18'
		foreach ($who in $me, $admins, $system) {
			$rights.AddAccessRule((New-Object -TypeName Security.AccessControl.FileSystemAccessRule -ArgumentList $who, 'FullControl', 'ContainerInherit, ObjectInherit', 'None', 'Allow'))
		}
		Set-Acl -LiteralPath $Path -AclObject $rights
	}

	function Get-Thumbprint {
		param($List)
		(@($List | ForEach-Object { $_.Role + '-' + $_.Certificate.Thumbprint }) | Sort-Object) -join ' '
	}

	# Save what is replaced, as PFX under a random password that this machine
	# alone can read. An interrupted run for the same set has saved it already.
	function Save-Set {
		param($List, [string]$For)
		$current = Join-Path $saved 'current'
		if ((Test-Path -LiteralPath "$current\unfinished") -and
			[IO.File]::ReadAllText("$current\unfinished") -eq $For) { return }
		Add-Type -AssemblyName System.Security
		New-PrivateFolder $saved
		$next = Join-Path $saved 'next'
		if (Test-Path -LiteralPath $next) { Remove-Item -LiteralPath $next -Recurse -Force }
		New-PrivateFolder $next
		$random = New-Object -TypeName 'byte[]' -ArgumentList 32
		$generator = [Security.Cryptography.RandomNumberGenerator]::Create()
		$generator.GetBytes($random)
		$secret = ConvertTo-Secret ([Convert]::ToBase64String($random))
		[IO.File]::WriteAllBytes("$next\password", [Security.Cryptography.ProtectedData]::Protect($random, $null, 'LocalMachine'))
		foreach ($entry in $List) {
			$kind = 'Cert'
			if ($entry.Certificate.HasPrivateKey) { $kind = 'Pfx' }
			try { $bytes = $entry.Certificate.Export($kind, $secret) }
			catch { throw "The old $($entry.Role) certificate $($entry.Certificate.Thumbprint) cannot be saved: $($_.Exception.Message)" }
			[IO.File]::WriteAllBytes("$next\$($entry.Role)-$($entry.Certificate.Thumbprint).$kind", $bytes)
			ConvertTo-Done 'saved' $entry.Role $entry.Certificate
		}
		[IO.File]::WriteAllText("$next\unfinished", $For)
		if (Test-Path -LiteralPath $current) { Remove-Item -LiteralPath $current -Recurse -Force }
		Move-Item -LiteralPath $next -Destination $current
	}

	# What was saved: a list of role and certificate, perhaps empty.
	function Get-Saved {
		$from = Join-Path $saved 'current'
		if (-not (Test-Path -LiteralPath $from)) { $from = Join-Path $saved 'next' }
		if (-not (Test-Path -LiteralPath "$from\unfinished") -and -not (Test-Path -LiteralPath "$from\finished")) {
			throw 'There is no installation that could be rolled back.'
		}
		Add-Type -AssemblyName System.Security
		$random = [Security.Cryptography.ProtectedData]::Unprotect([IO.File]::ReadAllBytes("$from\password"), $null, 'LocalMachine')
		$secret = ConvertTo-Secret ([Convert]::ToBase64String($random))
		foreach ($file in Get-ChildItem -LiteralPath $from | Where-Object { $_.Extension -in '.Pfx', '.Cert' }) {
			$role = $file.BaseName.Split('-')[0]
			ConvertTo-Entry $role ([IO.File]::ReadAllBytes($file.FullName)) $secret ($file.Extension -eq '.Pfx')
		}
	}

	# Add certificates to their stores, or remove them. The private key of a
	# removed one stays in its container: with it, it can be added again.
	function Edit-Store {
		param([string]$Action, $List)
		foreach ($entry in $List) {
			$store = Get-Store $entry.Role 'ReadWrite'
			if ($Action -eq 'added') { $store.Add($entry.Certificate) }
			else { $store.Remove($entry.Certificate) }
			$store.Close()
			ConvertTo-Done $Action $entry.Role $entry.Certificate
		}
	}

	# The service account may read the machine's keys.
	function Grant-Access {
		param($List)
		$account = Get-ServiceAccount
		if ($null -eq $account) { return }
		foreach ($entry in $List | Where-Object { $_.Role -ne 'client' -and $_.Certificate.HasPrivateKey }) {
			$key = Get-KeyState $entry.Certificate
			if (-not $key.Usable) { throw "The key of the $($entry.Role) certificate cannot be used: $($key.Problem)" }
			$rights = Get-Acl -LiteralPath $key.File
			$rights.AddAccessRule((New-Object -TypeName Security.AccessControl.FileSystemAccessRule -ArgumentList $account, 'Read', 'Allow'))
			Set-Acl -LiteralPath $key.File -AclObject $rights
			ConvertTo-Answer ([ordered]@{ action = 'granted'; role = $entry.Role; account = "$account" })
		}
	}

	# Everything read back is what was wanted; else an error.
	function Assert-Installed {
		param($Wanted)
		$present = @(Get-Present $Wanted)
		if ((Get-Thumbprint $present) -ne (Get-Thumbprint $Wanted)) {
			throw "The stores have $(Get-Thumbprint $present) instead of $(Get-Thumbprint $Wanted)."
		}
		foreach ($entry in $Wanted | Where-Object { $_.Certificate.HasPrivateKey }) {
			$same = @($present | Where-Object { $_.Role -eq $entry.Role -and $_.Certificate.Thumbprint -eq $entry.Certificate.Thumbprint })[0]
			$key = Get-KeyState $same.Certificate
			if (-not $key.Usable -or -not $key.Exportable) {
				throw "The key of the $($entry.Role) certificate cannot be used or exported by this session, as after a logon with a key alone: $($key.Problem)"
			}
		}
	}

	# One run at a time changes this machine: one whose connection was lost may
	# still be at work. That it has ended in the middle is no problem.
	function Enter-MachineLock {
		$lock = New-Object -TypeName Threading.Mutex -ArgumentList $false, 'Global\qsrepl-certificates'
		$mine = $true
		try { $mine = $lock.WaitOne(60000) }
		catch {
			if ($_.Exception.InnerException -isnot [Threading.AbandonedMutexException]) { throw }
		}
		if (-not $mine) { throw 'Another run has been at work on this machine for a minute.' }
		$lock
	}

	# Replace what is there by what is wanted: all of it or nothing.
	function Install-Set {
		param($Wanted, [string]$Name)
		$present = @(Get-Present $Wanted)
		$for = Get-Thumbprint $Wanted
		$already = $true
		try { Assert-Installed $Wanted } catch { $already = $false }
		if (-not $already -and $PSCmdlet.ShouldProcess($for, "replace $(Get-Thumbprint $present)")) {
			$kept = @($Wanted | ForEach-Object { $_.Role + $_.Certificate.Thumbprint })
			$old = @($present | Where-Object { $kept -notcontains ($_.Role + $_.Certificate.Thumbprint) })
			Save-Set $present $for
			try {
				foreach ($entry in $Wanted) { $entry.Certificate = ConvertTo-Certificate $entry $true }
				Edit-Store 'added' $Wanted
				Grant-Access $Wanted
				Edit-Store 'removed' $old
				Assert-Installed $Wanted
			}
			catch {
				$problem = $_
				$before = @($present | ForEach-Object { $_.Role + $_.Certificate.Thumbprint })
				Edit-Store 'removed' @($Wanted | Where-Object { $before -notcontains ($_.Role + $_.Certificate.Thumbprint) })
				Edit-Store 'added' $present
				throw $problem
			}
			Move-Item -LiteralPath "$saved\current\unfinished" -Destination "$saved\current\finished" -Force
		}
		ConvertTo-Answer ([ordered]@{ done = $Name; already = $already; set = $for })
	}
}

process {
	if (-not [string]::IsNullOrWhiteSpace($Request)) { $texts.Add($Request) }
}

end {
	$object = $null
	if ($RequestFile) {
		$texts.Add([IO.File]::ReadAllText($RequestFile))
		Remove-Item -LiteralPath $RequestFile
	}
	if ($texts.Count -gt 0) { $object = ConvertFrom-Json -InputObject $texts[0] }
	if ($Folder) {
		if ($null -ne $object) { $Password = ConvertTo-Secret $object.password }
		$object = Get-FolderRequest
	}

	if ($Rollback -or $Mode -eq 'Install') {
		Assert-Session
		$lock = Enter-MachineLock
		try {
			if ($Rollback) { Install-Set @(Get-Saved) 'rollback' }
			elseif ($null -eq $object) { throw 'There is no set to install: give a request or a folder.' }
			else { Install-Set @(Get-Wanted $object) 'install' }
		}
		finally { $lock.ReleaseMutex() }
	}
	else {
		foreach ($entry in Get-Present) {
			$certificate = $entry.Certificate
			$key = Get-KeyState $certificate
			$public = $extensions::GetRSAPublicKey($certificate)
			$answer = [ordered]@{
				role = $entry.Role
				store = $places[$entry.Role].Location + '\' + $places[$entry.Role].Store
				subject = $certificate.Subject
				issuer = $certificate.Issuer
				thumbprint = $certificate.Thumbprint
				not_after = $certificate.NotAfter.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ')
				key_bits = $(if ($null -ne $public) { $public.KeySize })
				marker = Test-Marker $certificate
				has_key = $key.Has
				usable = $key.Usable
				exportable = $key.Exportable
				certificate = [Convert]::ToBase64String($certificate.RawData)
			}
			if ($Mode -eq 'Export' -and $key.Exportable) {
				$answer.pfx = [Convert]::ToBase64String($certificate.Export('Pfx', (ConvertTo-Secret $object.password)))
			}
			ConvertTo-Answer $answer
		}
		ConvertTo-Answer @{ done = $Mode.ToLowerInvariant() }
	}
}

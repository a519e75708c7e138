# Two shares with the same files of 1 to 4 kB, named as Qlik Sense names them.
# usage: files.py DIRECTORY APPS PIECES
import os
import sys

root, apps, pieces = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
content = bytes(range(256)) * 16


def put(site, path, number):
    name = f"{root}/{site}/{path}"
    with open(name, "wb") as file:
        file.write(content[: 1024 + number % 3072])
    time = 1_700_000_000_000_000_000 + number * 1_000_000_100
    os.utime(name, ns=(time, time))


for site in "ab":
    os.makedirs(f"{root}/{site}/Apps")
    for i in range(1, apps + 1):
        put(site, f"Apps/{i:08x}-1111-4222-8333-0123456789ab", i)
    for i in range(1, pieces + 1):
        folder = f"{root}/{site}/StaticContent/Content/{i % 500}"
        if i <= 500:
            os.makedirs(folder)
        put(site, f"StaticContent/Content/{i % 500}/{i}.png", i)

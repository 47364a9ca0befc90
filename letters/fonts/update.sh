#!/bin/sh
# Fetches the fonts again, at the versions of README.md. Needs npm, and pyftsubset (PyPI: fonttools).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
take() {
  version=$(awk -F ' *[|] *' -v name="@expo-google-fonts/$1" '$2 == name { print $3 }' "$here/README.md")
  npm pack --silent "@expo-google-fonts/$1@$version"
  tar -xzf ./*.tgz
  rm ./*.tgz
  cp package/LICENSE_FONT "$here/$1.LICENSE"
}

take atkinson-hyperlegible-next
cp package/400Regular/AtkinsonHyperlegibleNext_400Regular.ttf "$here/atkinson-hyperlegible-next-400.ttf"
cp package/700Bold/AtkinsonHyperlegibleNext_700Bold.ttf "$here/atkinson-hyperlegible-next-700.ttf"
rm -r package

take atkinson-hyperlegible-mono
cp package/700Bold/AtkinsonHyperlegibleMono_700Bold.ttf "$here/atkinson-hyperlegible-mono-700.ttf"
rm -r package

take noto-sans
kept="U+0020-007E,U+00A0-024F,U+0259,U+0300-036F,U+0370-03FF,U+0400-052F,U+1E00-1EFF,U+1F00-1FFF,U+2010-2027"
kept="$kept,U+2030,U+2039,U+203A,U+20AC,U+2116,U+2190-2193,U+FFFD"
for weight in 400Regular 700Bold; do
  pyftsubset "package/$weight/NotoSans_$weight.ttf" --unicodes="$kept" --no-hinting --layout-features=kern,liga,ccmp,mark,mkmk,locl \
    --output-file="$here/noto-sans-${weight%%[A-Z]*}.ttf"
done

#!/usr/bin/env bash
# Builds wheel and sdist, and in a fresh environment of each Python given installs the wheel and
# runs the sample with no checkout at hand, then some of the tests as they lie in the sdist. Before
# that, conda's own reader looks at the recipe for conda-forge, and the schema at CITATION.cff.
#   tests/release/try_release.sh python3.11 python3.12 python3.13
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" -m venv "$work/build"
"$work/build/bin/python" -m pip install -q build
"$work/build/bin/python" -m build -o "$work/dist" . >/dev/null
"$work/build/bin/python" -m pip install -q pyyaml py-rattler-build cffconvert
"$work/build/bin/python" tests/release/recipe.py "$work"/dist/*.tar.gz somebody > "$work/recipe.yaml"
"$work/build/bin/python" - "$work/recipe.yaml" <<'EOF'
import sys
from rattler_build import Stage0Recipe
Stage0Recipe.from_file(sys.argv[1]).render()
EOF
"$work/build/bin/cffconvert" --validate -i CITATION.cff
sed 's/^# \(repository-code\|doi\)/\1/' CITATION.cff > "$work/filled.cff"
"$work/build/bin/cffconvert" --validate -i "$work/filled.cff"
tar xzf "$work"/dist/*.tar.gz -C "$work"
wheel=$(ls "$work"/dist/*.whl)
for python in "$@"; do
  "$python" -m venv "$work/env"
  "$work/env/bin/python" -m pip install -q "$wheel[test]"
  mkdir "$work/elsewhere"
  (
    cd "$work/elsewhere"
    "$work/env/bin/sim" template > my.yaml
    "$work/env/bin/sim" run my.yaml
    "$work/env/bin/sim" site out/my_scenario --out site
  )
  (
    cd "$work"/hk_camera_sim-*/
    "$work/env/bin/python" -m pytest -p no:cacheprovider tests/test_library.py tests/test_cli.py \
      tests/scenario/test_load.py tests/scenario/test_run.py tests/sight tests/release
  )
  "$work/env/bin/python" --version
  rm -rf "$work/env" "$work/elsewhere"
done

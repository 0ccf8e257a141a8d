# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A stand-in for the kernel compiler. TTNN refuses to run without one, but a mocked card never runs a kernel.

TTNN calls the compiler for its version, then compiles and links every kernel and reads the result back as a RISC-V
executable with one loadable text segment and a relocation section. So the stand-in is a shell script (any POSIX sh, no
cross toolchain) that prints the version, or writes one ready-made executable of 16 instruction bytes to the path after
`-o`. A test of a device calls it a thousand times, so the script starts no other program.
"""

import struct
from pathlib import Path

_EM_RISCV = 243
_R_RISCV_HI20, _R_RISCV_LO12_I = 26, 27  # RISC-V psABI relocation numbers
_LUI_T0, _ADDI_T0_T0, _RET, _NOP = 0x000002B7, 0x00028293, 0x00008067, 0x00000013

_SCRIPT = """\
#!/bin/sh
out= dependencies= previous=
for argument in "$@"; do
    case "$previous" in -o) out=$argument ;; esac
    case "$argument" in
        --version) echo "riscv-tt-elf-g++ (tenstorrent/sfpi:{version}) stand-in for a mocked card"; exit 0 ;;
        -MMD) dependencies=yes ;;
    esac
    previous=$argument
done
[ -n "$out" ] || { echo "stand-in compiler: no -o given" >&2; exit 1; }
[ -z "$dependencies" ] || echo "$out:" > "${out%.*}.d"
printf '{kernel}' > "$out"
"""


def kernel_elf() -> bytes:
    """Return an executable with one relocation pair: lui/addi of a local symbol's address, then a return."""
    text = struct.pack("<4I", _LUI_T0, _ADDI_T0_T0, _RET, _NOP)
    relocations = struct.pack("<IIi", 0, 1 << 8 | _R_RISCV_HI20, 0) + struct.pack(
        "<IIi", 4, 1 << 8 | _R_RISCV_LO12_I, 0
    )
    symbols = bytes(16) + struct.pack("<IIIBBH", 1, 0, 0, 0, 0, 1)
    symbol_names = b"\0here\0"
    section_names = b"\0.text\0.rela.text\0.symtab\0.strtab\0.shstrtab\0"

    blobs = (text, relocations, symbols, symbol_names, section_names)
    elf_header_size, program_header_size, section_header_size = 52, 32, 40
    offsets, end = [], elf_header_size + program_header_size
    for blob in blobs:
        offsets.append(end := (end + 15) & ~15)
        end += len(blob)
    section_table = (end + 15) & ~15

    def section(name, kind, flags, index, link, info, align, entry):
        return struct.pack(
            "<10I",
            section_names.index(name),
            kind,
            flags,
            0,
            offsets[index],
            len(blobs[index]),
            link,
            info,
            align,
            entry,
        )

    sections = (
        bytes(section_header_size),
        section(b".text\0", 1, 6, 0, 0, 0, 16, 0),
        section(b".rela.text\0", 4, 0x40, 1, 3, 1, 4, 12),
        section(b".symtab\0", 2, 0, 2, 4, 2, 4, 16),
        section(b".strtab\0", 3, 0, 3, 0, 0, 1, 0),
        section(b".shstrtab\0", 3, 0, 4, 0, 0, 1, 0),
    )
    header = b"\x7fELF\x01\x01\x01".ljust(16, b"\0") + struct.pack(
        "<HHIIIIIHHHHHH",
        *(2, _EM_RISCV, 1, 0, elf_header_size, section_table, 0),
        *(elf_header_size, program_header_size, 1, section_header_size, len(sections), len(sections) - 1),
    )
    program_header = struct.pack("<8I", 1, offsets[0], 0, 0, len(text), len(text), 5, 16)

    image = bytearray(section_table)
    image[: len(header) + len(program_header)] = header + program_header
    for offset, blob in zip(offsets, blobs, strict=True):
        image[offset : offset + len(blob)] = blob
    return bytes(image) + b"".join(sections)


def install(runtime_root: Path, version: str) -> None:
    """Write the stand-in to the path below a runtime root at which TTNN looks for its compiler."""
    folder = runtime_root / "runtime" / "sfpi" / "compiler" / "bin"
    folder.mkdir(parents=True)
    kernel = "".join(f"\\{byte:03o}" for byte in kernel_elf())  # octal, as printf reads it
    script = folder / "riscv-tt-elf-g++"
    script.write_text(_SCRIPT.replace("{version}", version).replace("{kernel}", kernel))
    script.chmod(0o755)

mov rsi, [rdi]                              ; 488B37
mov r11, [rdi+32]                           ; 4C8B5F20
mov r8, [rdi+64]                            ; 4C8B4740
L0:
mov rdx, [rdi+8]                            ; 488B5708
mov rcx, [rdi+16]                           ; 488B4F10
mov r9, [rdi+40]                            ; 4C8B4F28
vmovups ymm0, [r9]                          ; C4C17C1001
vmovaps ymm1, ymm0                          ; C5FC28C8
test rcx, rcx                               ; 4885C9
jz L2                                       ; 0F84........
L1:
mov r10, [rdi+24]                           ; 4C8B5718
movsxd r9, dword ptr [rdx+4]                ; 4C634A04
add r10, r9                                 ; 4D01CA
movsxd r9, dword ptr [rdx]                  ; 4C630A
add r9, rsi                                 ; 4901F1
add rdx, 8                                  ; 4883C208
vmovups ymm2, [r10]                         ; C4C17C1012
vmovups ymm3, [r10+32]                      ; C4C17C105A20
vmovups ymm4, [r10+64]                      ; C4C17C106240
vmovups ymm5, [r9+32]                       ; C4C17C106920
vmovups ymm6, [r9+64]                       ; C4C17C107140
vmovups ymm7, [r9+96]                       ; C4C17C107960
vmovups ymm8, [r9+128]                      ; C4417C108180000000
vfmadd231ps ymm1, ymm2, ymm6                ; C4E26DB8CE
vfmadd231ps ymm0, ymm3, ymm5                ; C4E265B8C5
vfmadd231ps ymm1, ymm3, ymm7                ; C4E265B8CF
vfmadd231ps ymm0, ymm4, ymm6                ; C4E25DB8C6
vfmadd231ps ymm1, ymm4, ymm8                ; C4C25DB8C8
sub rcx, 1                                  ; 4883E901
short jnz L1                                ; 75A0
L2:
vmovups [r11], ymm0                         ; C4C17C1103
vmovups [r11+32], ymm1                      ; C4C17C114B20
add rsi, 256                                ; 4881C600010000
add r11, 256                                ; 4981C300010000
sub r8, 1                                   ; 4983E801
jnz L0                                      ; 0F855FFFFFFF
vzeroupper                                  ; C5F877
ret                                         ; C3

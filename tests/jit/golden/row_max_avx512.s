mov rsi, [rdi]                              ; 488B37
mov r11, [rdi+32]                           ; 4C8B5F20
mov r8, [rdi+64]                            ; 4C8B4740
L0:
mov rdx, [rdi+8]                            ; 488B5708
mov rcx, [rdi+16]                           ; 488B4F10
mov eax, 4286578688                         ; B8000080FF
vmovd xmm0, eax                             ; C5F96EC0
vbroadcastss zmm0, xmm0                     ; 62F27D4818C0
vmovaps zmm1, zmm0                          ; 62F17C4828C8
vmovaps zmm2, zmm0                          ; 62F17C4828D0
vmovaps zmm3, zmm0                          ; 62F17C4828D8
test rcx, rcx                               ; 4885C9
jz L2                                       ; 0F84........
L1:
movsxd r9, dword ptr [rdx]                  ; 4C630A
add r9, rsi                                 ; 4901F1
add rdx, 8                                  ; 4883C208
vmaxps zmm0, zmm0, zmmword ptr [r9+64]      ; 62D17C485F4101
vmaxps zmm1, zmm1, zmmword ptr [r9+128]     ; 62D174485F4902
vmaxps zmm2, zmm2, zmmword ptr [r9+192]     ; 62D16C485F5103
vmaxps zmm3, zmm3, zmmword ptr [r9+256]     ; 62D164485F5904
sub rcx, 1                                  ; 4883E901
short jnz L1                                ; 75D4
L2:
vmovaps zmm31, zmm0                         ; 62617C4828F8
vmaxps zmm31, zmm31, zmm1                   ; 626104405FF9
vmovups [r11], zmm31                        ; 62417C48113B
vmovaps zmm31, zmm1                         ; 62617C4828F9
vmaxps zmm31, zmm31, zmm2                   ; 626104405FFA
vmaxps zmm31, zmm31, zmm3                   ; 626104405FFB
vmovups [r11+64], zmm31                     ; 62417C48117B01
add rsi, 512                                ; 4881C600020000
add r11, 512                                ; 4981C300020000
sub r8, 1                                   ; 4983E801
jnz L0                                      ; 0F855FFFFFFF
vzeroupper                                  ; C5F877
ret                                         ; C3

/** Of Ensembl, FlyBase and WormBase. */
const GENE_ID = /^(ENS[A-Z]*G|FBgn|WBGene)\d+/;

/** What the column of var is called that holds ids of genes. */
export const GENE_ID_COLUMN =
  /^(gene[_. ]?ids?|ensembl([_. ]?(gene)?[_. ]?ids?)?|feature[_. ]?ids?|accession)$/i;

/** Whether names are ids of genes, but for a few (e.g. of a transgene). */
export function areGeneIds(names: readonly string[]): boolean {
  return names.length > 0 && names.filter((name) => GENE_ID.test(name)).length > 0.9 * names.length;
}

/** ENSG00000000003.15 of one annotation is ENSG00000000003.14 of another. */
export const withoutVersion = (id: string) => (GENE_ID.test(id) ? id.replace(/\.\d+$/, '') : id);
